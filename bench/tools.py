#!/usr/bin/env python3
"""Compares Migopy with other migration tools, on one real mongod, and prints tables in Markdown.

    python3 bench/tools.py                       everything, 15 runs of each: about an hour
    python3 bench/tools.py status execute        only these measurements (see WORKS)
    python3 bench/tools.py --runs 3 --smoke      small sizes, only shows that it works: three minutes
    python3 bench/tools.py --tools Migopy,Bare,migrate-mongo

Installs the other tools from npm, PyPI, Maven Central and the Go proxy into ~/.cache/migopy-bench. A tool that this machine
cannot install is left out and reported. Every tool runs as a whole process, in turns: A B C, A B C, ...; the first turn warms
up and does not count. Times are wall time, memory is the kernel's maximum for the process (ru_maxrss).
Each tool has a folder and a database of its own, and the same migrations: one insert each.
"""

import argparse
import hashlib
import os
import platform
import statistics
import sys
import time
from collections import Counter

import cold
from contestants import PINNED, ROOT, VENV, Bare, Migopy, Server, jdk, run, say, write
from peers import (GolangMigrate, MigrateMongo, Mongock, MongodbMigrations, PymongoMigrate, PythonMigopy)

JDKS = (17, 25)
FEW = 3  # runs of a measurement that takes a minute
NOTHING_CACHED = ", nothing cached"
LEFT_OUT = []  # tools that could not be installed, or failed


class Samples:
    """The measurements of each tool, run by run."""

    def __init__(self):
        self.seconds = {}
        self.memory = {}

    def add(self, name, measured):
        self.seconds.setdefault(name, []).append(measured[0])
        self.memory.setdefault(name, []).append(measured[1])

    def ratio(self, name, other):
        """The ratio of the medians."""
        return statistics.median(self.seconds[name]) / statistics.median(self.seconds[other])

    def ms(self, name):
        return "%.0f (%.0f)" % (1000 * statistics.median(self.seconds[name]), 1000 * min(self.seconds[name]))

    def mib(self, name):
        return "%.0f" % max(self.memory[name])


def in_turns(runs, contestants):
    """contestants: name -> function that measures once. The first turn warms up. One that fails is left out from then on."""
    samples = Samples()
    for turn in range(runs + 1):
        for name, measure in list(contestants.items()):
            try:
                measured = measure()
            except RuntimeError as e:
                say("left out: %s" % e)
                LEFT_OUT.append(name)
                del contestants[name]
                samples.seconds.pop(name, None)
                samples.memory.pop(name, None)
                continue
            if turn:
                samples.add(name, measured)
    return samples


def executing(tool, n, command=None):
    """Measures one execute of n migrations on an empty database, and checks that all were applied."""
    def measure():
        tool.drop()
        measured = tool.call((command or tool.execute)())
        if tool.done() != n:
            raise RuntimeError("%s executed %d of %d" % (tool.name, tool.done(), n))
        return measured
    return measure


def print_table(title, samples, base):
    print("\n%s\n" % title)
    print("| | ms, median (minimum) | MiB | of %s |" % base)
    print("| --- | --- | --- | --- |")
    for name in samples.seconds:
        ratio = "%.2f" % samples.ratio(name, base) if base in samples.seconds else ""
        print("| %s | %s | %s | %s |" % (name, samples.ms(name), samples.mib(name), ratio), flush=True)


class Bench:
    def __init__(self, server, options):
        self.server = server
        self.options = options
        self.runs = options.runs
        self.tools = {}

    def get(self, make, *arguments):
        """The tool, installed once; None if it cannot be installed or is not wanted."""
        key = (make, arguments[:1])
        if self.options.tools and (make.name or make.__name__) not in self.options.tools:
            return None
        if key not in self.tools:
            try:
                say("preparing %s %s" % (make.__name__, arguments[:1] or ""))
                self.tools[key] = make(self.server, *arguments)
            except (RuntimeError, OSError) as e:
                say("left out: %s: %s" % (make.__name__, e))
                LEFT_OUT.append(make.__name__)
                self.tools[key] = None
        return self.tools[key]

    def migopys(self):
        return [tool for tool in (self.get(Migopy, version, jdk(version)) for version in JDKS if jdk(version)) if tool]

    def bares(self):
        """A bare JVM for each Migopy, which reads the journal that Migopy wrote."""
        pairs = [(version, self.get(Migopy, version, jdk(version))) for version in JDKS if jdk(version)]
        found = [self.get(Bare, version, jdk(version), migopy) for version, migopy in pairs if migopy]
        return [bare for bare in found if bare]

    @staticmethod
    def print_ratios_to_bare(samples):
        for version in JDKS:
            for cached in ("", NOTHING_CACHED):
                name, bare = "Migopy, JDK %d" % version + cached, "bare JVM, JDK %d" % version + cached
                if name in samples.seconds and bare in samples.seconds:
                    print("\n%s is %.2f of the %s." % (name, samples.ratio(name, bare), bare))

    def others(self, *makes):
        return [tool for tool in (self.get(make) for make in makes) if tool]

    # -- the measurements ---------------------------------------------------------------------------------------------------

    def status(self):
        """status with 100 applied and 5 pending."""
        tools = self.migopys() + self.others(MigrateMongo, PymongoMigrate, MongodbMigrations, GolangMigrate, PythonMigopy)
        applied, pending = 100, 5
        for tool in tools:
            tool.drop()
            tool.files(applied)
            tool.call(tool.execute())
            tool.files(applied + pending)
        tools += self.bares()
        samples = in_turns(self.runs, {tool.name: (lambda tool=tool: tool.call(tool.status())) for tool in tools})
        print_table("`status`, %d applied and %d pending" % (applied, pending), samples, "migrate-mongo")
        self.print_ratios_to_bare(samples)

    def execute(self):
        """execute of n, classes cached, and of the largest n with nothing cached."""
        for n in self.options.sizes:
            tools = self.migopys() + self.others(MigrateMongo, PymongoMigrate, MongodbMigrations, GolangMigrate, PythonMigopy)
            mongock = self.get(Mongock, jdk(17) or jdk(25))
            if mongock:
                tools.append(mongock)
            tools += self.bares()
            contestants = {}
            for tool in tools:
                tool.files(n)
                contestants[tool.name] = executing(tool, n)
            if n == self.options.sizes[-1]:
                for tool in self.migopys() + self.bares():
                    contestants[tool.name + NOTHING_CACHED] = executing(tool, n, tool.execute_compiling)
            # Slow tools without a target get fewer turns.
            slow = {tool.name: contestants.pop(tool.name) for tool in tools
                    if n >= 1000 and isinstance(tool, (GolangMigrate, Mongock, MongodbMigrations, PymongoMigrate))}
            samples = in_turns(self.runs, contestants)
            few = in_turns(min(self.runs, FEW), slow)
            samples.seconds.update(few.seconds)
            samples.memory.update(few.memory)
            print_table("`execute` of %d" % n, samples, "migrate-mongo")
            self.print_ratios_to_bare(samples)
            if slow:
                print("\n(%s: %d runs)" % (", ".join(slow), min(self.runs, FEW)))

    def large(self):
        """status with 10,000 applied."""
        n = self.options.large
        tools = self.migopys() + self.others(MigrateMongo)
        for tool in tools:
            say("%s: %d" % (tool.name, n))
            tool.drop()
            tool.files(n)
            tool.call(tool.execute())
        samples = in_turns(self.runs, {tool.name: (lambda tool=tool: tool.call(tool.status())) for tool in tools})
        print_table("`status`, %d applied" % n, samples, "migrate-mongo")

    def huge(self):
        """10 times as many: status, and execute of one. The journal is that of the large measurement, ten times."""
        n, times = self.options.large, 10
        for tool in self.migopys():
            samples = Samples()
            for size in (n, n * times):
                say("%s: %d" % (tool.name, size))
                tool.files(n)
                tool.drop()
                tool.call(tool.execute())
                tool.files(size)
                self.multiply(tool, n, size)
                tool.call([*tool.status(), "--check"])  # all of them count as applied and unedited
                measured = in_turns(min(self.runs, FEW), {
                    "status, %d" % size: lambda: tool.call(tool.status()),
                    "execute of one, %d" % size: lambda: self.one_more(tool, size)})
                samples.seconds.update(measured.seconds)
                samples.memory.update(measured.memory)
            print("\n%s, %d and %d\n" % (tool.name, n, n * times))
            print("| | ms, median (minimum) | MiB | of %d |" % n)
            print("| --- | --- | --- | --- |")
            for name in samples.seconds:
                base = name.rsplit(" ", 1)[0] + " %d" % n
                print("| %s | %s | %s | %.1f |" % (name, samples.ms(name), samples.mib(name), samples.ratio(name, base)), flush=True)

    @staticmethod
    def multiply(tool, n, size):
        """Creates the journal entries of the files after n, as if they had been executed."""
        from bson.int64 import Int64
        journal = tool.db()["migrations"]
        pattern = journal.find_one({"number": 1})
        batch = []
        for i in range(n + 1, size + 1):
            name, source = next(tool.migration(i))
            lines = "\n".join(line.rstrip() for line in source.splitlines())
            batch.append(dict(pattern, _id=name[:-5], name=name, number=Int64(i), source=source,
                              checksum="sha256:" + hashlib.sha256(lines.encode()).hexdigest()))
            if len(batch) == 2000 or i == size:
                journal.insert_many(batch)
                batch = []

    @staticmethod
    def one_more(tool, size):
        """Makes the last one pending, and executes it."""
        tool.db()["migrations"].delete_one({"number": size})
        return tool.call(tool.execute())

    def growth(self):
        """The cost of one more migration in a run of 100 and of 10,000."""
        small, large = 100, self.options.large
        for tool in self.migopys():
            per = {}
            few = min(self.runs, FEW)
            for n in (1, small, large):
                tool.files(n)
                per[n] = statistics.median(in_turns(few, {tool.name: executing(tool, n)}).seconds[tool.name])
            print("\n%s: %.2f ms for each further migration up to %d, %.2f ms from there to %d: %.2f times" % (
                tool.name, 1000 * (per[small] - per[1]) / (small - 1), small,
                1000 * (per[large] - per[small]) / (large - small), large,
                (per[large] - per[small]) / (large - small) / ((per[small] - per[1]) / (small - 1))), flush=True)

    def cold(self):
        """The first start of a fresh checkout. The others are compared with JBang's own."""
        jar, sources = cold.package(), "//SOURCES %s/lib/migopy/MigrationsManager.java\n" % ROOT
        npm = self.get(cold.NpmProject)
        for version in (version for version in JDKS if jdk(version)):
            made = [cold.Hello(self.server, version, jdk(version))] + [
                cold.Project(self.server, name, version, jdk(version), library)
                for name, library in (("jar", jar), ("jar and a library of its own", jar + cold.OWN_LIBRARY), ("sources", sources))]
            contestants = {tool.name: tool.measure for tool in made}
            if npm:
                contestants.update({"`npm ci` from its cache": npm.install, "`migrate-mongo status` after it": npm.measure})
            print_table("First start of a fresh checkout", in_turns(self.runs, contestants), made[0].name)

    def profile(self):
        """Where an execute of the middle size spends its time."""
        n = 10 if self.options.smoke else 100
        for tool in self.migopys():
            samples = os.path.join(tool.folder, "samples")
            tool.files(n)
            command = tool.profiled(samples)
            for turn in range(self.runs + 1):
                tool.drop()
                tool.call(command)
                if turn == 0:  # compiles, and warms up
                    os.remove(samples)
            with open(samples, encoding="utf-8") as lines:
                seen = Counter(tuple(line.rstrip().split("\t")) for line in lines)
            all_samples = sum(seen.values())
            print("\n%s, `execute` of %d, %d samples in %d runs\n" % (tool.name, n, all_samples, self.runs))
            print("| | around the steps | in the steps |")
            print("| --- | --- | --- |")
            for what in sorted({what for _, what in seen}, key=lambda what: -seen["around", what] - seen["steps", what]):
                print("| %s | %.0f %% | %.0f %% |" % (
                    what, 100 * seen["around", what] / all_samples, 100 * seen["steps", what] / all_samples), flush=True)


WORKS = ("status", "execute", "cold", "profile", "large", "huge", "growth")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="*", choices=WORKS + ([],), help="all of them without")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--sizes", type=lambda text: [int(n) for n in text.split(",")], help="of execute: 1,10,100,1000")
    parser.add_argument("--tools", type=lambda text: text.split(","), help="only these, by name")
    parser.add_argument("--uri", help="a replica set to use instead of one of its own")
    parser.add_argument("--smoke", action="store_true", help="small sizes: only to see that it works")
    options = parser.parse_args()
    options.sizes = options.sizes or ([1, 10] if options.smoke else [1, 10, 100, 1000])
    options.large = 200 if options.smoke else 10000
    if not os.path.exists(os.path.join(VENV, "installed")):
        run(sys.executable, "-m", "venv", "--clear", VENV)
        run(os.path.join(VENV, "bin/pip"), "install", "-q", "pymongo-migrate==" + PINNED["pymongo-migrate"],
            "mongodb-migrations==" + PINNED["mongodb-migrations"])
        write(os.path.join(VENV, "installed"), "")
    if os.path.realpath(sys.prefix) != os.path.realpath(VENV):
        python = os.path.join(VENV, "bin/python")
        os.execv(python, [python, os.path.abspath(__file__), *sys.argv[1:]])
    server = Server(options.uri)
    try:
        bench = Bench(server, options)
        print("%s, %d processors, %s" % (time.strftime("%Y-%m-%d"), os.cpu_count(), platform.system()))
        for work in options.works or WORKS:
            getattr(bench, work)()
    finally:
        server.close()
    if options.smoke and LEFT_OUT:
        sys.exit("left out: " + ", ".join(LEFT_OUT))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measures Migopy beside other migration tools, on one real mongod, and prints tables in Markdown.

    python3 bench/tools.py                       everything, 15 runs of each: about an hour
    python3 bench/tools.py status execute        only these works (see WORKS)
    python3 bench/tools.py --runs 3 --smoke      small sizes, only to see that it works: three minutes
    python3 bench/tools.py --tools Migopy,Bare,migrate-mongo

Installs what it compares with from npm, PyPI, Maven Central and the Go proxy into ~/.cache/migopy-bench, leaves out a tool
that this machine cannot install, and says so. Every tool runs as a whole process, in turns: A B C, A B C, ...; the first turn
warms up and does not count. Times are wall time, memory is the kernel's own account of the process (ru_maxrss).
Each tool has a folder and a database of its own, and the same migrations: one insert each.
"""

import argparse
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "migopy-bench")
VENV = os.path.join(CACHE, "venv")
JDKS = (17, 25)
PINNED = {"migrate-mongo": "14.0.7", "pymongo-migrate": "1.0.0", "mongodb-migrations": "1.3.1",
          "golang-migrate": "v4.20.1", "mongock": "5.5.1", "migopy": "1.0"}


LEFT_OUT = []  # whatever could not be installed, or failed


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(*command, **options):
    """Runs a step of the preparation; its output is shown only when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError("%s: exit %d\n%s" % (" ".join(command), done.returncode, done.stdout[-3000:]))
    return done.stdout


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def jdk(version):
    """The folder of a JDK of this version, or None."""
    homes = [os.environ.get("JAVA_HOME", "")]
    if os.path.isdir("/usr/lib/jvm"):
        homes += [os.path.join("/usr/lib/jvm", name) for name in sorted(os.listdir("/usr/lib/jvm"))]
    for home in homes:
        try:
            with open(os.path.join(home, "release"), encoding="utf-8") as release:
                if 'JAVA_VERSION="%d' % version in release.read() and os.path.exists(os.path.join(home, "bin/javac")):
                    return home
        except OSError:
            continue
    return None


class Server:
    """A replica set of one on a free port, gone at the end."""

    def __init__(self, uri):
        self.process = None
        if uri:
            self.uri = uri
            return
        mongod = run("sh", os.path.join(ROOT, "tests/get-mongod.sh")).strip().splitlines()[-1]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.folder = os.path.join(CACHE, "data-%d" % port)
        os.makedirs(self.folder)
        self.process = subprocess.Popen(
            [mongod, "--dbpath", self.folder, "--port", str(port), "--bind_ip", "127.0.0.1", "--replSet", "bench",
             "--wiredTigerCacheSizeGB", "0.5", "--quiet", "--logpath", os.path.join(self.folder, "log")],
            stdout=subprocess.DEVNULL)
        self.uri = "mongodb://127.0.0.1:%d/?directConnection=true" % port
        from pymongo import MongoClient
        from pymongo.errors import PyMongoError
        client = MongoClient(self.uri, serverSelectionTimeoutMS=60000)
        client.admin.command("replSetInitiate", {"_id": "bench", "members": [{"_id": 0, "host": "127.0.0.1:%d" % port}]})
        for _ in range(300):
            try:
                if client.admin.command("hello")["isWritablePrimary"]:
                    break
            except PyMongoError:
                pass
            time.sleep(0.1)
        client.close()

    def close(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
            shutil.rmtree(self.folder, ignore_errors=True)


class Tool:
    """A tool in a folder of its own. A subclass says how it is installed, what a migration is, and its commands."""

    name = None
    pad = 5  # digits of a number: tools that sort by text need them

    def __init__(self, server):
        from pymongo import MongoClient
        self.uri = server.uri
        self.database = "bench_" + "".join(c if c.isalnum() else "_" for c in self.name)
        self.folder = os.path.join(CACHE, "work", self.database)
        self.client = MongoClient(self.uri)
        self.environment = dict(os.environ, LC_ALL="C.UTF-8")
        for variable in list(self.environment):
            if variable.startswith(("MONGO_", "MIGRATIONS_", "MIGOPY_")):
                del self.environment[variable]
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.count = 0

    def db(self):
        return self.client[self.database]

    def drop(self):
        self.client.drop_database(self.database)

    def number(self, n):
        return str(n).zfill(self.pad)

    def uri_of_database(self):
        head, _, options = self.uri.partition("?")
        return head.rstrip("/") + "/" + self.database + ("?" + options if options else "")

    def files(self, n):
        """Makes it have the migrations 1 to n."""
        if n < self.count:
            shutil.rmtree(os.path.join(self.folder, self.directory))
            self.count = 0
        for i in range(self.count + 1, n + 1):
            for name, text in self.migration(i):
                write(os.path.join(self.folder, self.directory, name), text)
        self.count = n

    def before_execute(self):
        """What is not a part of a user's command, done before each."""

    def done(self):
        return self.db()["done"].count_documents({})

    def call(self, command):
        """Runs it once: seconds, MiB."""
        begun = time.perf_counter()
        with open(os.path.join(self.folder, "out"), "w", encoding="utf-8") as out:
            process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            with open(os.path.join(self.folder, "out"), encoding="utf-8", errors="replace") as out:
                raise RuntimeError("%s: %s: exit %d\n%s" % (self.name, command, process.returncode, out.read()[-2000:]))
        return seconds, usage.ru_maxrss / 1024


class Migopy(Tool):
    directory = "mongomigrations"
    pad = 0

    def __init__(self, server, version, home):
        self.name = "Migopy, JDK %d" % version
        super().__init__(server)
        self.environment["JAVA_HOME"] = home
        self.environment["MONGO_URI"] = self.uri
        for launcher in ("jbang", "migopy"):
            shutil.copy(os.path.join(ROOT, launcher), self.folder)
        write(os.path.join(self.folder, "migopy.java"), """///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES %s/lib/migopy/MigrationsManager.java
import migopy.MigrationsManager;

public class migopy extends MigrationsManager {
    {
        mongoDatabase = "%s";
    }

    public static void main(String... args) {
        System.exit(new migopy().run(args));
    }
}
""" % (ROOT, self.database))
        self.files(3)
        self.warm()

    def warm(self):
        """Builds, lets status and execute be recorded, and waits until the archive is there."""
        self.drop()
        self.call(self.execute())
        self.call(self.status())
        launch = os.path.join(self.folder, ".migopy", "launch")
        for _ in range(240):
            state = os.path.join(launch, os.listdir(launch)[0])
            names = os.listdir(state)
            if any(name.endswith(".jsa") for name in names) and not {"learnt", "archiving"} & set(names):
                return
            time.sleep(0.5)
        raise RuntimeError("there is no archive after two minutes: " + launch)

    def migration(self, i):
        yield "%d_bench.java" % i, """import static migopy.Migration.db;

import org.bson.Document;

class Bench%d {
    static void up() {
        db().getCollection("done").insertOne(new Document("n", %d));
    }

    static void down() {
        db().getCollection("done").deleteOne(new Document("n", %d));
    }
}
""" % (i, i, i)

    def status(self):
        return ["./migopy", "status"]

    def execute(self):
        return ["./migopy", "execute"]

    def forget_classes(self):
        shutil.rmtree(os.path.join(self.folder, ".migopy", "classes"), ignore_errors=True)


class Bare(Tool):
    """A JVM with driver and archive that does a status' reads and prints a number: what is left to gain."""

    directory = "none"

    def __init__(self, server, version, home, journal):
        self.name = "bare JVM, JDK %d" % version
        super().__init__(server)
        self.journal = journal
        java = os.path.join(home, "bin/java")
        jars = run(os.path.join(ROOT, "jbang"), "--quiet", "info", "classpath", "--deps-only",
                   os.path.join(ROOT, "lib/migopy/MigrationsManager.java"), env=self.environment).strip().splitlines()[-1]
        run(os.path.join(home, "bin/javac"), "-d", self.folder, "-cp", jars, os.path.join(ROOT, "bench/Bare.java"))
        run(os.path.join(home, "bin/jar"), "cf", os.path.join(self.folder, "bare.jar"), "-C", self.folder, "Bare.class")
        path = os.path.join(self.folder, "bare.jar") + ":" + jars
        options = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"]
        classes, archive = os.path.join(self.folder, "classes"), os.path.join(self.folder, "archive.jsa")
        main = ["-cp", path, "Bare", self.uri, journal.database]
        journal.drop()
        run(java, *options, "-Xshare:auto", "-XX:DumpLoadedClassList=" + classes, *main)
        run(java, *options, *(["-XX:+AOTClassLinking"] if version >= 24 else []), "-Xshare:dump",
            "-XX:SharedClassListFile=" + classes, "-XX:SharedArchiveFile=" + archive, "-Xlog:disable", "-cp", path)
        self.command = [java, *options, "-Xshare:auto", "-Xlog:disable", "-XX:SharedArchiveFile=" + archive, *main]

    def status(self):
        return self.command


class MigrateMongo(Tool):
    name = "migrate-mongo"
    directory = "migrations"

    def __init__(self, server):
        home = os.path.join(CACHE, "npm")
        bin_ = os.path.join(home, "node_modules/migrate-mongo/bin/migrate-mongo.js")
        if not os.path.exists(bin_):
            os.makedirs(home, exist_ok=True)
            run("npm", "install", "--prefix", home, "--no-audit", "--no-fund", "--silent",
                "migrate-mongo@" + PINNED[self.name], "mongodb@7")
        self.bin = bin_
        super().__init__(server)
        write(os.path.join(self.folder, "migrate-mongo-config.js"), """module.exports = {
  mongodb: { url: "%s", databaseName: "%s", options: {} },
  migrationsDir: "migrations", changelogCollectionName: "changelog", lockCollectionName: "changelog_lock",
  lockTtl: 0, migrationFileExtension: ".js", useFileHash: false, moduleSystem: "commonjs",
};
""" % (self.uri, self.database))

    def migration(self, i):
        yield "%s-bench.js" % self.number(i), """module.exports = {
  async up(db) { await db.collection("done").insertOne({ n: %d }); },
  async down(db) { await db.collection("done").deleteOne({ n: %d }); },
};
""" % (i, i)

    def status(self):
        return ["node", self.bin, "status"]

    def execute(self):
        return ["node", self.bin, "up"]


class PythonTool(Tool):
    directory = "migrations"

    def bin(self, name):
        return os.path.join(VENV, "bin", name)


class PymongoMigrate(PythonTool):
    name = "pymongo-migrate"

    def migration(self, i):
        before = "['%s_bench']" % self.number(i - 1) if i > 1 else "[]"
        yield "%s_bench.py" % self.number(i), """name = '%s_bench'
dependencies = %s


def upgrade(db):
    db['done'].insert_one({'n': %d})


def downgrade(db):
    db['done'].delete_one({'n': %d})
""" % (self.number(i), before, i, i)

    def status(self):
        return [self.bin("pymongo-migrate"), "show", "-u", self.uri_of_database(), "-m", "migrations"]

    def execute(self):
        return [self.bin("pymongo-migrate"), "migrate", "-u", self.uri_of_database(), "-m", "migrations"]


class MongodbMigrations(PythonTool):
    name = "mongodb-migrations"

    def migration(self, i):
        yield "%d_bench.py" % (20200101000000 + i), """from mongodb_migrations.base import BaseMigration


class Migration(BaseMigration):
    def upgrade(self):
        self.db['done'].insert_one({'n': %d})

    def downgrade(self):
        self.db['done'].delete_one({'n': %d})
""" % (i, i)

    def status(self):
        return [self.bin("mongodb-migrate"), "--url", self.uri_of_database(), "--migrations", "migrations", "--dry-run"]

    def execute(self):
        return [self.bin("mongodb-migrate"), "--url", self.uri_of_database(), "--migrations", "migrations"]


class GolangMigrate(Tool):
    name = "golang-migrate"
    directory = "migrations"

    def __init__(self, server):
        home = os.path.join(CACHE, "go")
        self.bin = os.path.join(home, "bin/migrate")
        if not os.path.exists(self.bin):
            run("go", "install", "-tags", "mongodb", "github.com/golang-migrate/migrate/v4/cmd/migrate@" + PINNED[self.name],
                env=dict(os.environ, GOPATH=home, GOFLAGS="-modcacherw"))
        super().__init__(server)

    def migration(self, i):
        yield "%s_bench.up.json" % self.number(i), '[{"insert": "done", "documents": [{"n": %d}]}]\n' % i
        yield "%s_bench.down.json" % self.number(i), '[{"delete": "done", "deletes": [{"q": {"n": %d}, "limit": 1}]}]\n' % i

    def status(self):
        return [self.bin, "-source", "file://migrations", "-database", self.uri_of_database(), "version"]

    def execute(self):
        return [self.bin, "-source", "file://migrations", "-database", self.uri_of_database(), "up"]


class PythonMigopy(Tool):
    name = "Python Migopy"
    directory = "mongomigrations"

    def __init__(self, server):
        pythons = ("python2.7", os.path.expanduser("~/.pyenv/versions/2.7.18/bin/python"))
        self.python = next((found for found in pythons if self.works(found)), None)
        if self.python is None:
            raise RuntimeError("there is no Python 2.7 here")
        home = os.path.join(CACHE, "py2")
        if not os.path.exists(os.path.join(home, "migopy")):
            run(self.python, "-m", "pip", "install", "-q", "--target", home, "fabric<2", "pymongo<4", "cryptography<3.4")
            run(self.python, "-m", "pip", "install", "-q", "--no-deps", "--target", home + ".migopy", "migopy==" + PINNED["migopy"])
            shutil.move(os.path.join(home + ".migopy", "migopy"), home)
        super().__init__(server)
        self.environment.update(PYTHONPATH=home, PYTHONWARNINGS="ignore")
        address = self.uri.split("//")[1].split("/")[0].split("@")[-1].split(",")[0]
        host, _, port = address.partition(":")
        write(os.path.join(self.folder, "fabfile.py"), """from migopy import MigrationsManager


class Migrations(MigrationsManager):
    MONGO_HOST = '%s'
    MONGO_PORT = %s
    MONGO_DATABASE = '%s'

migrations = Migrations.create_task()
""" % (host, port or 27017, self.database))

    @staticmethod
    def works(python):
        return shutil.which(python) and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0

    def migration(self, i):
        yield "%d_bench.py" % i, """def up(db):
    db['done'].insert({'n': %d})


def down(db):
    db['done'].remove({'n': %d})
""" % (i, i)

    def fab(self, task):
        return [self.python, "-c", "import sys; from fabric.main import main; sys.argv = ['fab', '%s']; main()" % task]

    def status(self):
        return self.fab("migrations")

    def execute(self):
        return self.fab("migrations:execute")


class Mongock(Tool):
    """Compiled beforehand, a bare main; it has no status."""

    name = "Mongock"
    directory = "src"

    def __init__(self, server, home):
        super().__init__(server)
        self.home = home
        script = os.path.join(self.folder, "Deps.java")
        write(script, """//DEPS io.mongock:mongock-standalone:%s
//DEPS io.mongock:mongodb-sync-v4-driver:%s
//DEPS org.mongodb:mongodb-driver-sync:4.11.5
//DEPS org.slf4j:slf4j-nop:2.0.20
class Deps {}
""" % (PINNED["mongock"], PINNED["mongock"]))
        self.jars = run(os.path.join(ROOT, "jbang"), "--quiet", "info", "classpath", "--deps-only", script,
                        env=self.environment).strip().splitlines()[-1]
        self.compiled = 0

    def files(self, n):
        super().files(n)
        if self.compiled == n:
            return
        write(os.path.join(self.folder, "src", "Main.java"), """package bench;
import com.mongodb.client.MongoClients;
import io.mongock.driver.mongodb.sync.v4.driver.MongoSync4Driver;
import io.mongock.runner.standalone.MongockStandalone;
public class Main {
    public static void main(String... args) {
        try (var client = MongoClients.create("%s")) {
            MongockStandalone.builder().setDriver(MongoSync4Driver.withDefaultLock(client, "%s"))
                    .addMigrationScanPackage("bench").setTransactional(false).buildRunner().execute();
        }
    }
}
""" % (self.uri, self.database))
        classes = os.path.join(self.folder, "classes")
        shutil.rmtree(classes, ignore_errors=True)
        write(os.path.join(self.folder, "sources"), "\n".join(
            os.path.join(self.folder, "src", name) for name in sorted(os.listdir(os.path.join(self.folder, "src")))))
        run(os.path.join(self.home, "bin/javac"), "-nowarn", "-d", classes, "-cp", self.jars,
            "@" + os.path.join(self.folder, "sources"))
        self.compiled = n

    def migration(self, i):
        name = "Bench" + self.number(i)
        yield name + ".java", """package bench;
import com.mongodb.client.MongoDatabase;
import io.mongock.api.annotations.ChangeUnit;
import io.mongock.api.annotations.Execution;
import io.mongock.api.annotations.RollbackExecution;
import org.bson.Document;
@ChangeUnit(id = "%s", order = "%s", author = "bench", transactional = false)
public class %s {
    @Execution public void up(MongoDatabase db) { db.getCollection("done").insertOne(new Document("n", %d)); }
    @RollbackExecution public void down(MongoDatabase db) { db.getCollection("done").deleteOne(new Document("n", %d)); }
}
""" % (name, self.number(i), name, i, i)

    def execute(self):
        return [os.path.join(self.home, "bin/java"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                os.path.join(self.folder, "classes") + ":" + self.jars, "bench.Main"]


# ------------------------------------------------------------------------------------------------------------------ measuring


class Samples:
    """What each contestant took, run by run."""

    def __init__(self):
        self.seconds = {}
        self.memory = {}

    def add(self, name, measured):
        self.seconds.setdefault(name, []).append(measured[0])
        self.memory.setdefault(name, []).append(measured[1])

    def ratio(self, name, other):
        """Of the medians."""
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


def executing(tool, n, prepare=None):
    """Measures one execute of n migrations on an empty database, and sees that all were done."""
    def measure():
        tool.drop()
        if prepare:
            prepare()
        measured = tool.call(tool.execute())
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
        """The tool, installed once; None where that cannot be, or where it is not asked for."""
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

    def others(self, *makes):
        return [tool for tool in (self.get(make) for make in makes) if tool]

    # -- the works ---------------------------------------------------------------------------------------------------

    def status(self):
        """status with 100 applied and 5 pending."""
        tools = self.migopys() + self.others(MigrateMongo, PymongoMigrate, MongodbMigrations, GolangMigrate, PythonMigopy)
        applied, pending = 100, 5
        for tool in tools:
            tool.drop()
            tool.files(applied)
            tool.call(tool.execute())
            tool.files(applied + pending)
        for version in JDKS:
            if jdk(version):
                migopy = self.get(Migopy, version, jdk(version))
                bare = migopy and self.get(Bare, version, jdk(version), Journal(migopy))
                if bare:
                    tools.append(bare)
        samples = in_turns(self.runs, {tool.name: (lambda tool=tool: tool.call(tool.status())) for tool in tools})
        print_table("`status`, %d applied and %d pending" % (applied, pending), samples, "migrate-mongo")
        for version in JDKS:
            name, bare = "Migopy, JDK %d" % version, "bare JVM, JDK %d" % version
            if name in samples.seconds and bare in samples.seconds:
                print("\n%s is %.2f of the %s." % (name, samples.ratio(name, bare), bare))

    def execute(self):
        """execute of n, classes cached, and of the largest n with nothing cached."""
        for n in self.options.sizes:
            tools = self.migopys() + self.others(MigrateMongo, PymongoMigrate, MongodbMigrations, GolangMigrate, PythonMigopy)
            mongock = self.get(Mongock, jdk(17) or jdk(25))
            if mongock:
                tools.append(mongock)
            contestants = {}
            for tool in tools:
                tool.files(n)
                contestants[tool.name] = executing(tool, n)
            for tool in self.migopys():
                if n == self.options.sizes[-1]:
                    contestants[tool.name + ", nothing cached"] = executing(tool, n, tool.forget_classes)
            # What is slow and not a target gets fewer turns.
            slow = {tool.name: contestants.pop(tool.name) for tool in tools
                    if n >= 1000 and isinstance(tool, (GolangMigrate, Mongock, MongodbMigrations, PymongoMigrate))}
            samples = in_turns(self.runs, contestants)
            few = in_turns(min(self.runs, 3), slow)
            samples.seconds.update(few.seconds)
            samples.memory.update(few.memory)
            print_table("`execute` of %d" % n, samples, "migrate-mongo")
            if slow:
                print("\n(%s: 3 runs)" % ", ".join(slow))

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
        """10 times as many: status, and execute of one. The journal is the large one's, ten times."""
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
                measured = in_turns(min(self.runs, 5), {
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
        """Gives the files after n the entries that executing them would have left."""
        import hashlib
        journal = tool.db()["migrations"]
        pattern = journal.find_one({"number": 1})
        batch = []
        for i in range(n + 1, size + 1):
            name, source = next(tool.migration(i))
            lines = "\n".join(line.rstrip() for line in source.splitlines())
            batch.append(dict(pattern, _id=name[:-5], name=name, number=__import__("bson").int64.Int64(i), source=source,
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
        """What one more migration costs in a run of 100 and of 10,000."""
        small, large = 100, self.options.large
        for tool in self.migopys():
            per = {}
            few = min(self.runs, 5)
            for n in (1, small, large):
                tool.files(n)
                per[n] = statistics.median(in_turns(few, {tool.name: executing(tool, n)}).seconds[tool.name])
            print("\n%s: %.2f ms for each further migration up to %d, %.2f ms from there to %d: %.2f times" % (
                tool.name, 1000 * (per[small] - per[1]) / (small - 1), small,
                1000 * (per[large] - per[small]) / (large - small), large,
                (per[large] - per[small]) / (large - small) / ((per[small] - per[1]) / (small - 1))), flush=True)


class Journal:
    """Where the bare JVM reads: the database of a Migopy that was measured."""

    def __init__(self, migopy):
        self.database = migopy.database

    def drop(self):
        """It is kept: the class list is taken from the same reads."""


WORKS = ("status", "execute", "large", "huge", "growth")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="*", choices=WORKS + ([],), help="all of them without")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--tools", type=lambda text: text.split(","), help="only these, by name")
    parser.add_argument("--uri", help="a replica set to use instead of one of its own")
    parser.add_argument("--smoke", action="store_true", help="small sizes: only to see that it works")
    options = parser.parse_args()
    options.sizes = (1, 10) if options.smoke else (1, 10, 100, 1000)
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

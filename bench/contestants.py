"""The tools that bench/tools.py measures, each in its own folder and database: Migopy, and the minimum that a JVM needs."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "migopy-bench")
VENV = os.path.join(CACHE, "venv")
PINNED = {"migrate-mongo": "14.0.7", "pymongo-migrate": "1.0.0", "mongodb-migrations": "1.3.1",
          "golang-migrate": "v4.20.1", "mongock": "5.5.1", "migopy": "1.0"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(*command, **options):
    """Runs a step of the preparation; its output is shown only if it fails."""
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


# The same options as the launcher.
JVM_OPTIONS = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xshare:auto",
               "-Djdk.reflect.useNativeAccessorOnly=true"]


def jar_of(home, name, folder, path="."):
    """A jar of one of the benchmark's own classes."""
    jar, classes = os.path.join(folder, name + ".jar"), os.path.join(folder, name + ".classes")
    run(os.path.join(home, "bin/javac"), "-d", classes, "-cp", path, os.path.join(ROOT, "bench", name + ".java"))
    run(os.path.join(home, "bin/jar"), "cf", jar, "-C", classes, ".")
    return jar


class Server:
    """A replica set of one on a free port, deleted at the end."""

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
    """A tool in its own folder. A subclass defines how it is installed, what a migration is, and its commands."""

    name = None
    pad = 5  # digits of a number, for tools that sort by text

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
        """Creates the migrations 1 to n."""
        if n < self.count:
            shutil.rmtree(os.path.join(self.folder, self.directory))
            self.count = 0
        for i in range(self.count + 1, n + 1):
            for name, text in self.migration(i):
                write(os.path.join(self.folder, self.directory, name), text)
        self.count = n

    def before_execute(self):
        """Work before each run that is not part of a user's command."""

    def done(self):
        return self.db()["done"].count_documents({})

    def call(self, command):
        """Runs it once and returns seconds and MiB."""
        started = time.perf_counter()
        with open(os.path.join(self.folder, "out"), "w", encoding="utf-8") as out:
            process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            with open(os.path.join(self.folder, "out"), encoding="utf-8", errors="replace") as out:
                raise RuntimeError("%s: %s: exit %d\n%s" % (self.name, command, process.returncode, out.read()[-2000:]))
        return seconds, usage.ru_maxrss / 1024


def write_entry(folder, library, database):
    """Writes a project's migopy.java. library: the lines that name the library."""
    write(os.path.join(folder, "migopy.java"), """///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
%simport migopy.MigrationsManager;

public class migopy extends MigrationsManager {
    {
        mongoDatabase = "%s";
    }

    public static void main(String... args) {
        System.exit(new migopy().run(args));
    }
}
""" % (library, database))


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
        write_entry(self.folder, "//SOURCES %s/lib/migopy/MigrationsManager.java\n" % ROOT, self.database)
        self.files(3)
        self.warm()

    def warm(self):
        """Builds, records the classes of status and execute, and waits until the archives exist."""
        self.drop()
        self.call(self.execute())
        self.call(self.status())
        for _ in range(240):
            names = os.listdir(self.state())
            if {"status.jsa", "execute.jsa", "compile.jsa"} <= set(names) and "archiving" not in names:
                return
            time.sleep(0.5)
        raise RuntimeError("the archives are not there after two minutes: " + self.state())

    def state(self):
        """The launcher's folder for this JDK."""
        launch = os.path.join(self.folder, ".migopy", "launch")
        return os.path.join(launch, os.listdir(launch)[0])

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

    def profiled(self, samples):
        """Its execute without the launcher, under bench/Profile.java, which appends to a file of samples."""
        with open(os.path.join(self.state(), "plan"), encoding="utf-8") as plan:
            _, java, _, path = plan.read().splitlines()[:4]
        jar = jar_of(os.path.dirname(os.path.dirname(java)), "Profile", self.folder)
        self.environment["MIGOPY_HOME"] = self.folder
        return [java, *JVM_OPTIONS, "-Xlog:disable", "-XX:SharedArchiveFile=" + os.path.join(self.state(), "execute.jsa"),
                "-Dprofile=" + samples, "-cp", path + ":" + jar, "Profile", "execute"]

    def execute_compiling(self):
        self.forget_classes()
        return self.execute()

    def forget_classes(self):
        """Moves the classes away: a file system may be slower for seconds after a thousand files were deleted."""
        classes = os.path.join(self.folder, ".migopy", "classes")
        if os.path.isdir(classes):
            os.rename(classes, os.path.join(tempfile.mkdtemp(dir=self.folder), "forgotten"))


class Bare(Tool):
    """A JVM with driver and archive that does only the reads and writes of a command: the lower limit."""

    directory = "none"

    def __init__(self, server, version, home, journal):
        self.name = "bare JVM, JDK %d" % version
        super().__init__(server)
        self.home, self.version = home, version
        jars = run(os.path.join(ROOT, "jbang"), "--quiet", "info", "classpath", "--deps-only",
                   os.path.join(ROOT, "lib/migopy/MigrationsManager.java"), env=self.environment).strip().splitlines()[-1]
        self.path = jar_of(home, "Bare", self.folder, jars) + ":" + jars
        self.reading = self.archived("status", journal.database)
        self.drop()
        self.writing = self.archived("execute", self.database, "3")
        self.drop()
        self.migrations = [os.path.join(journal.folder, journal.directory), os.path.join(journal.state(), "app.jar") + ":" + self.path]
        self.compiling = self.archived("compile", self.database, "3", *self.migrations)

    def archived(self, name, database, *arguments):
        """The command for this database, with an archive of the classes that it loads with these arguments."""
        java = os.path.join(self.home, "bin/java")
        classes, archive = os.path.join(self.folder, name + ".classes"), os.path.join(self.folder, name + ".jsa")
        main = ["-cp", self.path, "Bare", self.uri, database]
        run(java, *JVM_OPTIONS, "-XX:DumpLoadedClassList=" + classes, *main, *arguments)
        run(java, *JVM_OPTIONS, *(["-XX:+AOTClassLinking"] if self.version >= 24 else []), "-Xshare:dump",
            "-XX:SharedClassListFile=" + classes, "-XX:SharedArchiveFile=" + archive, "-Xlog:disable", "-cp", self.path)
        return [java, *JVM_OPTIONS, "-Xlog:disable", "-XX:SharedArchiveFile=" + archive, *main]

    def files(self, n):
        self.count = n

    def status(self):
        return self.reading

    def execute(self):
        return [*self.writing, str(self.count)]

    def execute_compiling(self):
        return [*self.compiling, str(self.count), *self.migrations]

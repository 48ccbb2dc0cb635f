"""The first start of a fresh checkout: its dependencies are on this machine, and nothing is built."""

import json
import os
import shutil

from contestants import CACHE, PINNED, ROOT, Migopy, Tool, run, write, write_entry
from peers import MigrateMongo

REPOSITORY = os.path.join(CACHE, "repository")
OWN_LIBRARY = "//DEPS org.slf4j:slf4j-nop:2.0.20\n"


def package():
    """Puts the library's jar, and all that it needs, into a local Maven repository. Returns the line of a migopy.java."""
    return run(os.path.join(ROOT, ".ci/package"), "--install", os.path.join(CACHE, "package"),
               env=dict(os.environ, JBANG_REPO=REPOSITORY)).splitlines()[0] + "\n"


class Checkout(Tool):
    """A folder with the launchers; JBang's cache is a folder in it."""

    def __init__(self, server, name, version, home):
        self.name = "%s, JDK %d" % (name, version)
        super().__init__(server)
        self.caches = [os.path.join(self.folder, name) for name in (".migopy", "jbang-cache")]
        self.environment.update(JAVA_HOME=home, JBANG_REPO=REPOSITORY, JBANG_CACHE_DIR=self.caches[1])
        for launcher in ("jbang", "migopy"):
            shutil.copy(os.path.join(ROOT, launcher), self.folder)

    def first(self, command):
        for cache in self.caches:
            shutil.rmtree(cache, ignore_errors=True)
        return self.call(command)


class Hello(Checkout):
    """The smallest script, built by JBang."""

    def __init__(self, server, version, home):
        super().__init__(server, "`jbang build` of a hello world", version, home)
        write(os.path.join(self.folder, "hello.java"), """class hello {
    public static void main(String... args) {
        System.out.println("Hello World");
    }
}
""")

    def measure(self):
        return self.first(["./jbang", "build", "hello.java"])


class Project(Checkout):
    """A project with one migration."""

    directory = Migopy.directory
    migration = Migopy.migration

    def __init__(self, server, name, version, home, library):
        super().__init__(server, "`./migopy validate`, " + name, version, home)
        write_entry(self.folder, library, self.database)
        self.files(1)

    def measure(self):
        return self.first(["./migopy", "validate"])


class NpmProject(MigrateMongo):
    """migrate-mongo in the node_modules of a project."""

    def __init__(self, server):
        self.name = "migrate-mongo of a checkout"
        super().__init__(server)
        packages = {"migrate-mongo": PINNED["migrate-mongo"], "mongodb": "7"}
        write(os.path.join(self.folder, "package.json"), json.dumps({"name": "bench", "dependencies": packages}))
        self.modules = os.path.join(self.folder, "node_modules")
        self.bin = os.path.join(self.modules, "migrate-mongo/bin/migrate-mongo.js")
        run("npm", "install", "--no-audit", "--no-fund", "--silent", cwd=self.folder)
        self.files(1)

    def install(self):
        shutil.rmtree(self.modules, ignore_errors=True)
        return self.call(["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--silent"])

    def measure(self):
        return self.call(self.status())

"""The other tools that bench/tools.py measures, installed from their registries."""

import os
import shutil
import subprocess

from contestants import CACHE, PINNED, ROOT, VENV, Tool, run, write


class MigrateMongo(Tool):
    name = "migrate-mongo"
    directory = "migrations"

    def __init__(self, server):
        home = os.path.join(CACHE, "npm")
        bin_ = os.path.join(home, "node_modules/migrate-mongo/bin/migrate-mongo.js")
        if not os.path.exists(bin_):
            os.makedirs(home, exist_ok=True)
            run("npm", "install", "--prefix", home, "--no-audit", "--no-fund", "--silent",
                "migrate-mongo@" + PINNED["migrate-mongo"], "mongodb@7")
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
        python = os.environ.get("PYTHON27", "python2.7")
        self.python = python if self.works(python) else None
        if self.python is None:
            raise RuntimeError("there is no Python 2.7 here; PYTHON27 may name one")
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
    """Compiled beforehand, with a minimal main; it has no status command."""

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

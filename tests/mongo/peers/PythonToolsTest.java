package mongo.peers;

import static mongo.peers.Adoption.adoptsAndGoesOn;
import static mongo.peers.Adoption.newOneRuns;
import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import support.Hints;
import support.MongoServer;
import support.OnServer;

@OnServer
class PythonToolsTest {
    private static ToolProject python(String call) {
        String modules = Tool.PYTHON.folder().resolve("lib").toString();
        return ToolProject.of(Map.of("PYTHONPATH", modules), "python3", "-c", call);
    }

    @Test
    void whatPymongoMigrateAppliedIsAdoptedWithoutWhatItRolledBack(MongoServer server) {
        var tool = python("from pymongo_migrate.cli import cli; cli()");
        IntStream.rangeClosed(1, 3)
                .forEach(n -> tool.with("migrations/000%d_step.py".formatted(n), """
                    name = '000%d_step'
                    dependencies = [%s]


                    def upgrade(db):
                        db.theirs.insert_one({'n': %d})


                    def downgrade(db):
                        db.theirs.delete_one({'n': %d})
                    """.formatted(
                                n, n == 1 ? "" : "'000%d_step'".formatted(n - 1), n, n)));
        tool.run("migrate", "-u", server.uri(), "-m", "migrations").exits(0);
        tool.run("downgrade", "-u", server.uri(), "-m", "migrations", "0002_step")
                .exits(0);
        tool.with(
                "migrations/0003_step.py",
                "name = '0003_step'\n"
                        + "dependencies = ['0002_step']\n\n\n"
                        + "def upgrade(db):\n"
                        + "    raise ValueError('broken')\n");
        assertThat(tool.run("migrate", "-u", server.uri(), "-m", "migrations").exitCode())
                .isNotZero();

        adoptsAndGoesOn(server, "pymongo-migrate", "0001_step", "0002_step");

        assertThat(server.collection("theirs").countDocuments()).isEqualTo(2);
    }

    @Test
    void whatMongodbMigrationsAppliedIsAdoptedWithoutWhatItRolledBack(MongoServer server) {
        var tool = python("from mongodb_migrations.cli import main; main()");
        IntStream.rangeClosed(1, 3)
                .forEach(n -> tool.with("migrations/2016032018071%d_step.py".formatted(n), """
                    from mongodb_migrations.base import BaseMigration


                    class Migration(BaseMigration):
                        def upgrade(self):
                            self.db['theirs'].insert_one({'n': %d})

                        def downgrade(self):
                            self.db['theirs'].delete_one({'n': %d})
                    """.formatted(n, n)));
        tool.run("--url", server.uri(), "--migrations", "migrations").exits(0);
        tool.run("--url", server.uri(), "--migrations", "migrations", "--downgrade", "--to_datetime", "20160320180712")
                .exits(0);

        adoptsAndGoesOn(server, "mongodb-migrations-pypi", "20160320180711", "20160320180712");

        assertThat(server.collection("theirs").countDocuments()).isEqualTo(2);
    }

    private static ToolProject migopy(MongoServer server) {
        String modules = Tool.PYTHON_27.folder().resolve("lib").toString();
        return ToolProject.of(
                        Map.of("PYTHONPATH", modules, "PYTHONWARNINGS", "ignore"),
                        "python2.7",
                        "-c",
                        "import sys; from fabric.main import main; sys.argv[0] = 'fab'; main()")
                .with("fabfile.py", """
                    from migopy import MigrationsManager


                    class Migrations(MigrationsManager):
                        MONGO_HOST = '127.0.0.1'
                        MONGO_PORT = %d
                        MONGO_DATABASE = '%s'

                    migrations = Migrations.create_task()
                    """.formatted(server.port(), server.database()));
    }

    @Test
    void thePythonMigopysJournalIsOursAlready(MongoServer server) {
        var tool = migopy(server);
        IntStream.rangeClosed(1, 3)
                .forEach(n -> tool.with("mongomigrations/%d_step.py".formatted(n), """
                    def up(db):
                        db['theirs'].insert({'n': %d})


                    def down(db):
                        db['theirs'].remove({'n': %d})
                    """.formatted(n, n)));
        tool.run("migrations:execute").exits(0);
        assertThat(server.collection("migrations").countDocuments()).isEqualTo(3);
        assertThat(server.collection("migrations").find().first().keySet()).containsExactly("_id", "name");

        var project = project(server);
        project.run("status", "--check").exits(0);
        var adopted = project.run("adopt").exits(0).says("3 registered already");
        newOneRuns(project, Hints.typeLast(project, adopted));

        assertThat(server.collection("theirs").countDocuments()).isEqualTo(3);
    }

    @Test
    void theMigrationInTheDocsHasTheSameEffectInPymongoMigrate(MongoServer server) {
        var both = BothWays.on(server, "python.md");
        both.into(python("from pymongo_migrate.cli import cli; cli()"))
                .run("migrate", "-u", server.uri(), "-m", "migrations")
                .exits(0);
        both.haveTheSameEffect();
    }

    @Test
    void theMigrationInTheDocsHasTheSameEffectInThePythonMigopy(MongoServer server) {
        var both = BothWays.on(server, "python-migopy.md");
        both.into(migopy(server)).run("migrations:execute").exits(0);
        both.haveTheSameEffect();
    }
}

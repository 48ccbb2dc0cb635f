package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Hints;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/** A hint with placeholders works once the names that the reader knows are filled in. */
@OnServer
class PlaceholdersTest {
    /** A hint may lead to another one, as from an unknown action to a backfill that is not running. */
    private static final int LONGEST_WAY = 3;

    /** A project with a dump of two collections, an archive of them, and a recorded fix. */
    private static Project prepared(MongoServer server) {
        server.collection("users").insertOne(new Document("_id", 1));
        server.collection("orders").insertOne(new Document("_id", 1));
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"))
                .write("fix.java", up("String $1 = \"a\"; db().createCollection($1);"));
        project.run("dbdump", "--collection", "users", "--collection", "orders").exits(0);
        project.run("dbdump", "--archive", archive(project)).exits(0);
        project.run("run", "fix.java", "--reason", "x").exits(0);
        return project;
    }

    private static String archive(Project project) {
        return project.folder().resolve("all.archive").toString();
    }

    private static String dump(Project project) throws IOException {
        try (var dumps = Files.list(project.folder().resolve("mongodumps"))) {
            return dumps.filter(Files::isDirectory).findFirst().orElseThrow().toString();
        }
    }

    private static String run(MongoServer server) {
        return server.collection("migrations_fixes").find().first().getString("_id");
    }

    private static Map<String, String> names(Project project, MongoServer server, String typed) throws IOException {
        boolean dumping = typed.startsWith("dbdump");
        return Map.of(
                "DIR",
                dumping ? project.folder().resolve("elsewhere").toString() : dump(project),
                "FILE",
                dumping
                        ? project.folder().resolve("new.archive").toString()
                        : typed.startsWith("run") ? "fix.java" : archive(project),
                "NAME",
                typed.startsWith("db") ? "orders" : "2_two",
                "JSON",
                "{}",
                "RUN",
                run(server),
                "WORDS",
                "by hand",
                "COMMAND",
                "status");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "help",
                "history --fixes",
                "history --fixes nosuch",
                "ignore",
                "dbdump --archive \"\"",
                "dbdump --archive -",
                "dbdump --archive HERE/migopy.java",
                "dbdump --query {}",
                "dbdump --dump-directory HERE/migopy.java",
                "dbdump --dump-directory HERE/migopy.java/below",
                "dbrestore",
                "dbrestore -",
                "dbrestore HERE/nosuch",
                "dbrestore HERE/migopy.java",
                "dbrestore HERE/mongomigrations",
                "dbrestore DUMP --exact",
                "dbrestore DUMP --drop --exact --collection users",
                "dbrestore DUMP --collection nosuch",
                "dbrestore --archive a b",
                "dbrestore --finish b",
                "dbrestore DUMP --to a.b",
                "execute --to",
                "execute --steps x",
                "rollback --to 7",
                "repair",
                "repair 1",
                "repair 1 --as",
                "repair 1 --as nosuch --reason x",
                "repair 2 --renamed-from 1",
                "unlock --owner nosuch",
                "run",
                "run nosuch.java --reason x",
                "run fix.java",
                "create",
                "backfill",
                "backfill pause",
                "backfill pause 1",
                "backfill nosuch 1",
                "redo",
                "shell",
            })
    void theLastCommandOfAHintWorksOnceItsNamesAreFilledIn(String typed, MongoServer server) throws IOException {
        var project = prepared(server);
        String command = typed.replace("HERE", project.folder().toString()).replace("DUMP", dump(project));

        Result shown = Hints.type(project, command);

        StringBuilder typedSoFar = new StringBuilder(shown.toString());
        boolean first = true;
        for (int i = 0; i < LONGEST_WAY && !Hints.commands(shown).isEmpty() && (first || shown.exitCode() != 0); i++) {
            first = false;
            shown = Hints.typeLast(project, shown, names(project, server, typed));
            typedSoFar.append('\n').append(shown);
        }
        assertThat(first || shown.exitCode() == 0).as(typedSoFar.toString()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0, users", "40, users"})
    void theOtherCollectionsOfADamagedDumpAreRestored(int length, String damaged, MongoServer server)
            throws IOException {
        var project = prepared(server);
        Path file = Path.of(dump(project)).resolve(server.database()).resolve(damaged + ".bson");
        Files.write(file, new byte[length]);
        Result shown = project.run("dbrestore", dump(project), "--drop").exits(1);
        Hints.typeLast(project, shown, names(project, server, "dbrestore")).exits(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fix-to-migration RUN by hand"})
    void aFixThatCannotBeConvertedIsWrittenByHand(String typed, MongoServer server) throws IOException {
        var project = prepared(server);
        Result shown = Hints.type(project, typed.replace("RUN", run(server)));
        if (shown.exitCode() != 0) {
            Hints.typeLast(project, shown, names(project, server, typed)).exits(0);
        }
    }
}

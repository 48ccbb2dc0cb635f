package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Project.project;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/** The dump that a run makes before its first migration. */
@OnServer
class DumpBeforeRunTest {
    private static final Pattern WAY_BACK = Pattern.compile("\\S+ (dbrestore (\\S+) --drop --exact)");

    /** A migration that loses what it should change. */
    private static final String LOSING = up("db().createCollection(\"orders\");"
            + "db().getCollection(\"users\").deleteMany(new Document());"
            + " throw new IllegalStateException(\"no\");");

    @Test
    void theCommandInTheHintOfAFailureRestoresTheDatabase(MongoServer server) {
        Project project = withUsers(server);
        project.run("execute").exits(0);
        project.with("2_lose.java", LOSING);
        Dumps.Look before = look(server);

        Result failed = project.run("execute", "--dump").exits(1);

        assertThat(server.collection("users").countDocuments()).isZero();
        Matcher wayBack = WAY_BACK.matcher(failed.err());
        assertThat(wayBack.find()).as(failed::toString).isTrue();
        project.run(wayBack.group(1).split(" ")).exits(0);
        assertThat(look(server)).usingRecursiveComparison().isEqualTo(before);
        assertThat(project.states()).containsOnlyKeys("1_one");
    }

    @Test
    void theJournalRecordsTheDumpOfEachAttempt(MongoServer server) {
        Project project = withUsers(server).with("2_lose.java", LOSING);

        Result failed = project.run("execute", "--dump", "--json").exits(1);

        assertThat(failed.steps()).hasSize(2);
        Matcher wayBack = WAY_BACK.matcher(failed.err());
        assertThat(wayBack.find()).as(failed::toString).isTrue();
        for (String name : List.of("1_one", "2_lose")) {
            Document attempt =
                    project.journal(name).getList("attempts", Document.class).get(0);
            assertThat(attempt.getString("dump")).isEqualTo(wayBack.group(2));
            assertThat(Path.of(attempt.getString("dump"), server.database(), "users.bson"))
                    .exists();
        }
        project.with("2_lose.java", marking("two")).run("execute").exits(0);
        assertThat(project.journal("2_lose")
                        .getList("attempts", Document.class)
                        .get(1)
                        .containsKey("dump"))
                .isFalse();
    }

    @Test
    void dumpTouchedDumpsOnlyCollectionsThatTheMigrationsName(MongoServer server) {
        Project project = withUsers(server);
        server.collection("untouched").insertOne(new Document());
        project.run("execute").exits(0);
        project.with(
                "2_two.java",
                up("db().getCollection(\"users\").drop();"
                        + " db().getCollection(\"not_there_yet\").insertOne(new Document());"));

        project.run("execute", "--dump-touched").exits(0).says("Dumped");

        assertThat(dumped(project, "2_two"))
                .containsExactlyInAnyOrder(
                        "migrations.bson", "migrations.metadata.json", "users.bson", "users.metadata.json");
    }

    @Test
    void dumpTouchedDumpsEverythingIfAMigrationDoesNotNameItsCollections(MongoServer server) {
        Project project = withUsers(server);
        server.collection("untouched").insertOne(new Document());
        project.with(
                "2_two.java", up("db().getCollection(\"use\" + (System.nanoTime() > 0 ? \"rs\" :" + " \"\")).drop();"));

        project.run("execute", "--dump-touched").exits(0);

        assertThat(dumped(project, "2_two")).contains("users.bson", "untouched.bson");
    }

    @Test
    void aCustomDumpInAnotherFolderIsNotNamed(MongoServer server) {
        Project project = withUsers(server).with("2_lose.java", LOSING).entry("@Override protected void doDump() {}");

        project.run("execute", "--dump").exits(1).neverSays("dbrestore");

        Document attempt =
                project.journal("2_lose").getList("attempts", Document.class).get(0);
        assertThat(attempt).doesNotContainKey("dump");
    }

    private static Project withUsers(MongoServer server) {
        server.collection("users").insertMany(EveryKind.documents(3));
        return project(server).with("1_one.java", marking("one"));
    }

    private static Dumps.Look look(MongoServer server) {
        Dumps.Look look = Dumps.look(server.db());
        look.hashes().remove(Dumps.LOCK);
        return look;
    }

    /** The files of the dump that the journal names, without their folder. */
    private static List<String> dumped(Project project, String name) {
        Path folder = Path.of(
                project.journal(name).getList("attempts", Document.class).get(0).getString("dump"));
        String[] files = folder.resolve(project.server().database()).toFile().list();
        assertThat(Files.exists(folder.resolve("manifest.json"))).isTrue();
        return Arrays.asList(files);
    }
}

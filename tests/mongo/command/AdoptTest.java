package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static support.Migrations.marking;
import static support.Project.project;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Hints;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;

@OnServer
class AdoptTest {
    private static final Date DAY = Date.from(Instant.parse("2023-04-02T09:11:00Z"));

    /** Writes the journal of migrate-mongo with these files. */
    private static void migrateMongo(MongoServer server, String... files) {
        for (int i = 0; i < files.length; i++) {
            server.collection("changelog")
                    .insertOne(new Document("fileName", files[i])
                            .append("appliedAt", Date.from(DAY.toInstant().plusSeconds(60L * i)))
                            .append("migrationBlock", DAY.getTime()));
        }
    }

    private static Project withTwo(MongoServer server) {
        migrateMongo(server, "20230401101500-add_users.js", "20230401101600-emails.js");
        return project(server);
    }

    @Test
    void aPreviewNamesWhatWouldBeRegisteredAndWritesNothing(MongoServer server) {
        var project = withTwo(server);
        project.run("adopt")
                .exits(0)
                .says("migrate-mongo", "changelog", "planned", "20230401101500-add_users", "20230401101600-emails")
                .says("2 migrations to register", "adopt --apply");
        assertThat(server.db().listCollectionNames()).containsExactly("changelog");
    }

    @Test
    void whatTheOtherToolAppliedIsAppliedHereAndIsNotRun(MongoServer server) {
        var project = withTwo(server);
        project.run("adopt", "--apply").exits(0).says("adopted", "2 migrations registered");
        Document entry = project.journal("20230401101500-add_users");
        assertThat(entry)
                .containsEntry("state", "applied")
                .containsEntry("number", 20230401101500L)
                .containsEntry("startedAt", DAY)
                .containsEntry("fileGone", true)
                .containsEntry("reversible", false);
        assertThat(entry.get("adopted", Document.class))
                .containsEntry("from", "migrate-mongo")
                .containsEntry("collection", "changelog")
                .containsEntry("id", "20230401101500-add_users.js");
        assertThat(entry.getList("attempts", Document.class))
                .singleElement()
                .satisfies(attempt ->
                        assertThat(attempt).containsEntry("direction", "adopt").containsEntry("outcome", "applied"));
        project.lockIsFree();
        Result status = project.run("status", "--json").exits(0);
        assertThat(status.problemKinds()).isEmpty();
        assertThat(status.json().getList("migrations", Document.class))
                .extracting("state", "adoptedFrom")
                .containsOnly(tuple("applied", "migrate-mongo"));
        project.run("execute").exits(0).says("Nothing to do");
        project.run("history").exits(0).says("adopted", "20230401101600-emails");
        project.run("validate", "--database").exits(0);
    }

    @Test
    void aNewMigrationIsCreatedAboveAndRuns(MongoServer server) {
        var project = withTwo(server);
        project.run("adopt", "--apply").exits(0).says("create --timestamp add users");
        project.run("create", "--timestamp", "add", "users").exits(0);
        project.run("status", "--check").exits(8);
        project.run("execute").exits(0).says("applied", "add_users");
    }

    @Test
    void aSecondAdoptionRegistersOnlyWhatIsNew(MongoServer server) {
        var project = withTwo(server);
        project.run("adopt", "--apply").exits(0);
        Document before = project.journal("20230401101500-add_users");
        project.run("adopt", "--apply").exits(0).says("Nothing to register", "2 registered already");
        migrateMongo(server, "20230501101500-later.js");
        project.run("status").exits(0).says("migrate-mongo has run since", "20230501101500-later");
        project.run("adopt").exits(0).says("20230501101500-later", "1 migration to register");
        project.run("adopt", "--apply").exits(0).says("1 migration registered");
        assertThat(project.states()).hasSize(3);
        assertThat(project.journal("20230401101500-add_users")).isEqualTo(before);
        assertThat(project.run("status").exits(0).out()).doesNotContain("has run since");
    }

    @Test
    void theOtherJournalStaysAsItIs(MongoServer server) {
        var project = withTwo(server);
        List<Document> before = server.collection("changelog").find().into(new ArrayList<>());
        project.run("adopt", "--apply").exits(0);
        assertThat(server.collection("changelog").find().into(new ArrayList<>()))
                .isEqualTo(before);
    }

    @Test
    void aHeldLockIsAFindingAndRefusesTheRegistration(MongoServer server) {
        var project = withTwo(server);
        server.collection("changelog_lock").insertOne(new Document("createdAt", DAY));
        project.run("adopt").exits(7).says("migrate-mongo is running", "changelog_lock");
        project.run("adopt", "--apply").exits(3).says("migrate-mongo is running");
        assertThat(project.states()).isEmpty();
        project.lockIsFree();
        server.collection("changelog_lock").deleteMany(new Document());
        project.run("adopt", "--apply").exits(0);
    }

    @Test
    void aDirtyVersionNeedsADecision(MongoServer server) {
        var project = project(server);
        server.collection("schema_migrations").insertOne(new Document("version", 5).append("dirty", true));
        Result preview = project.run("adopt", "--json").exits(7);
        assertThat(preview.problemKinds()).containsExactly("not_adoptable");
        assertThat(preview.json().getList("migrations", Document.class)).isEmpty();
        project.run("adopt", "--apply").exits(3).says("golang-migrate_5 is in doubt", "dirty");
        assertThat(project.states()).isEmpty();
        project.run("adopt", "--as", "applied", "golang-migrate_5", "--apply").exits(0);
        assertThat(project.states()).containsEntry("golang-migrate_5", "applied");
        project.run("adopt").exits(0).says("Nothing to register");
    }

    @Test
    void whatIsDecidedToBePendingIsNotAskedAgain(MongoServer server) {
        var project = project(server);
        server.collection("schema_migrations").insertOne(new Document("version", 5L).append("dirty", true));
        project.run("adopt", "--as", "pending", "5", "--apply").exits(0);
        assertThat(project.states()).containsEntry("golang-migrate_5", "rolled_back");
        project.run("adopt").exits(0).says("Nothing to register");
        assertThat(project.run("status").exits(0).out()).doesNotContain("golang-migrate_5");
    }

    @Test
    void allFilesUpToTheVersionAreRegisteredWithTheirTexts(MongoServer server) {
        server.collection("schema_migrations").insertOne(new Document("version", 2L).append("dirty", false));
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", marking("two"))
                .with("3_three.java", marking("three"));
        project.run("adopt").exits(7).says("1_one", "would be run", "adopt --files");
        project.run("adopt", "--files", "--apply").exits(0).says("2 migrations registered");
        assertThat(project.states()).containsOnlyKeys("1_one", "2_two");
        assertThat(project.journal("1_one")).containsKeys("checksum", "source").doesNotContainKey("fileGone");
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("three");
        project.run("rollback", "2").exits(0);
        project.run("adopt", "--files").exits(0).says("Nothing to register");
    }

    @Test
    void aTranslatedMigrationIsRegisteredWithItsFile(MongoServer server) {
        var project = withTwo(server).with("20230401101500_add_users.java", marking("users"));
        project.run("adopt").exits(7).says("20230401101500_add_users.java seems to be its file", "adopt --files");
        project.run("adopt", "--files", "--apply").exits(0).says("with 20230401101500_add_users.java");
        assertThat(project.journal("20230401101500_add_users"))
                .containsEntry("name", "20230401101500_add_users.java")
                .containsKeys("checksum", "source")
                .doesNotContainKey("fileGone");
        project.run("status", "--check").exits(0);
        project.run("execute").exits(0).says("Nothing to do");
        project.with("20230401101500_add_users.java", marking("edited"));
        assertThat(project.run("status", "--json").problemKinds()).containsExactly("edited");
    }

    @Test
    void aMigrationThatIsTranslatedLaterGetsTheRecord(MongoServer server) {
        var project = withTwo(server);
        project.run("adopt", "--apply").exits(0);
        project.with("20230401101500_add_users.java", marking("users"));
        project.run("execute").exits(3).says("has the number of 20230401101500-add_users");
        assertThat(project.run("status", "--json").problemKinds()).containsExactly("renamed");
        Result preview = project.run("adopt").exits(0).says("was adopted without its file");
        Hints.type(project, Hints.commands(preview).get(0)).exits(0);
        assertThat(project.states()).containsOnlyKeys("20230401101500_add_users", "20230401101600-emails");
        project.run("status", "--check").exits(0);
        project.run("adopt").exits(0).says("Nothing to register");
    }

    @Test
    void anEntryOfMigopysOwnThatIsNotAppliedIsRefused(MongoServer server) {
        var project = withTwo(server).with("20230401101600-emails.java", marking("emails"));
        project.environment("MIGRATIONS_FILE_PATTERN", "(?<number>[0-9]+).*\\.java");
        project.run("execute").exits(0);
        project.run("adopt").exits(0).says("1 migration to register", "1 registered already");
        project.run("rollback", "--last", "1").exits(0);
        Result refused = project.run("adopt").exits(7).says("20230401101600-emails", "rolled back");
        Hints.typeLast(project, refused).exits(0).says("20230401101500-add_users");
        project.run("adopt", "--as", "pending", "20230401101600-emails", "--apply")
                .exits(0);
        assertThat(project.states())
                .containsEntry("20230401101500-add_users", "applied")
                .containsEntry("20230401101600-emails", "rolled_back");
    }

    @Test
    void everyHintOfAMigrationInDoubtWorks(MongoServer server) {
        var project = withTwo(server);
        server.collection("changelog")
                .insertOne(new Document("fileName", "20230501101500-odd one.js").append("appliedAt", "monday"));
        for (String hint : Hints.commands(project.run("adopt").exits(7).says("its appliedAt must be a date"))) {
            Result decided = Hints.type(project, hint).exits(0);
            assertThat(decided.out()).contains("To register them");
        }
    }

    @Test
    void thePythonMigopysJournalInAnotherCollectionIsAdopted(MongoServer server) {
        server.collection("old").insertOne(new Document("name", "3_add_users.py"));
        server.collection("old").insertOne(new Document("name", "12_emails.py"));
        var project = project(server);
        project.run("adopt", "--collection", "old").exits(0).says("the Python Migopy", "old");
        project.run("adopt", "--collection", "old", "--apply").exits(0).says("create --number 13 add users");
        assertThat(project.states()).containsOnlyKeys("3_add_users", "12_emails");
        assertThat(project.journal("12_emails")).containsEntry("number", 12L);
    }

    @Test
    void thePythonMigopysJournalInTheSameCollectionCountsAlready(MongoServer server) {
        server.collection("migrations").insertOne(new Document("name", "3_add_users.py"));
        var project = project(server);
        project.run("adopt").exits(0).says("Nothing to register", "1 registered already");
        project.run("adopt", "--apply").exits(0);
        assertThat(server.collection("migrations").countDocuments()).isEqualTo(1);
    }

    @Test
    void aRollbackIsRefusedAndAnUndoneOneCanBeRecorded(MongoServer server) {
        var project = withTwo(server);
        project.run("adopt", "--apply").exits(0);
        project.run("rollback", "--last", "1").exits(3).says("was applied by migrate-mongo", "--as pending");
        project.run("rollback", "20230401101600", "--stored").exits(3).says("was applied by migrate-mongo");
        project.run("redo").exits(3);
        project.run("execute", "20230401101600").exits(2);
        project.run("repair", "20230401101600", "--as", "pending", "--reason", "undone by hand")
                .exits(0);
        assertThat(project.states()).containsEntry("20230401101600-emails", "rolled_back");
        project.run("adopt").exits(0).says("Nothing to register");
        project.run("repair", "20230401101500", "--as", "applied", "--reason", "x")
                .exits(3);
    }

    @Test
    void twoJournalsHaveToBeNamed(MongoServer server) {
        var project = withTwo(server);
        server.collection("schema_migrations").insertOne(new Document("version", 2L).append("dirty", false));
        project.run("adopt").exits(2).says("migrate-mongo (changelog)", "golang-migrate (schema_migrations)", "--from");
        project.run("adopt", "--from", "golang-migrate", "--apply").exits(0);
        project.run("adopt", "--from", "migrate-mongo", "--apply").exits(0);
        assertThat(project.states()).hasSize(3);
    }

    @Test
    void whatIsNotThereIsRefused(MongoServer server) {
        var project = project(server);
        project.run("adopt").exits(2).says("No journal of another tool", "migrate-mongo");
        project.run("adopt", "--from", "migrate-mong").exits(2).says("Did you mean migrate-mongo?");
        project.run("adopt", "--from", "migrate-mongo").exits(2).says("has no collection changelog");
        server.collection("x").insertOne(new Document("a", 1));
        project.run("adopt", "--collection", "x").exits(2).says("x does not contain");
        project.run("adopt", "--as", "done", "x").exits(2).says("--as needs applied or pending");
    }

    @Test
    void theRightsOfTheSmallestRoleSuffice(@On(Kind.AUTH) MongoServer server) {
        var project = withTwo(server);
        server.collection("secrets").insertOne(new Document("a", 1));
        createRole(server, "changelog", "changelog_lock");
        server.createUser("ada", "secret", "smallest");
        project.environment("MONGO_URI", server.uriAs("ada", "secret"));
        project.run("adopt").exits(0);
        project.run("adopt", "--apply").exits(0);
        migrateMongo(server, "20230501101500-later.js");
        project.run("status").exits(0).says("migrate-mongo has run since");
        server.db().runCommand(new Document("dropRole", "smallest"));
        createRole(server);
        server.admin(new Document("updateUser", "ada")
                .append("roles", List.of(new Document("role", "smallest").append("db", server.database()))));
        project.run("status").exits(0).says("not authorized to read changelog");
    }

    private static void createRole(MongoServer server, String... readable) {
        List<Document> privileges = new ArrayList<>();
        for (String own : List.of("migrations", "migrations_lock")) {
            privileges.add(privilege(server, own, "find", "insert", "update"));
        }
        for (String other : readable) {
            privileges.add(privilege(server, other, "find"));
        }
        server.db()
                .runCommand(new Document("createRole", "smallest")
                        .append("privileges", privileges)
                        .append("roles", List.of()));
    }

    private static Document privilege(MongoServer server, String collection, String... actions) {
        Document resource = new Document("db", server.database()).append("collection", collection);
        return new Document("resource", resource).append("actions", List.of(actions));
    }
}

package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;

/** {@code verify()} and {@code before()} of migrations, and the command {@code verify}. */
@OnServer
class VerifyTest {
    private static final String INSERT = "db().getCollection(\"done\").insertOne(new Document(\"mark\", \"done\"));";

    /** Holds once the collection `good` has a document. */
    private static final String NEEDS_GOOD = """
        static void verify(MongoDatabase db) {
            if (db.getCollection("good").countDocuments() == 0) {
                throw new IllegalStateException("there is nothing good");
            }
        }
        """;

    private static String plain(String members) {
        return source("static void up() { " + INSERT + " }\nstatic void down() { "
                + INSERT.replace("insertOne", "deleteOne") + " }\n" + members);
    }

    private static String transactional(String members) {
        return source("""
            static void up(MongoDatabase database, ClientSession session) {
                database.getCollection("done").insertOne(session, new Document("mark", "done"));
            }

            static void down(MongoDatabase database, ClientSession session) {
                database.getCollection("done").deleteOne(session, new Document("mark", "done"));
            }
            """ + members);
    }

    private static Document verified(Project project, String name) {
        return project.journal(name).get("verified", Document.class);
    }

    private static List<Document> attempts(Project project, String name) {
        return project.journal(name).getList("attempts", Document.class);
    }

    private static void good(MongoServer server) {
        server.collection("good").insertOne(new Document());
    }

    @Test
    void whatHoldsIsRecordedWithTheMigration(MongoServer server) {
        good(server);
        var project = project(server).with("1_one.java", plain(NEEDS_GOOD)).with("2_two.java", marking("two"));
        project.run("execute").exits(0);
        assertThat(verified(project, "1_one"))
                .containsEntry("ok", true)
                .containsKey("at")
                .doesNotContainKey("message");
        assertThat(project.journal("2_two")).containsEntry("state", "applied").doesNotContainKey("verified");
        assertThat(attempts(project, "1_one")).hasSize(1);
    }

    @Test
    void theRunStopsAfterAMigrationThatDoesNotHold(MongoServer server) {
        var project = project(server).with("1_one.java", plain(NEEDS_GOOD)).with("2_two.java", marking("two"));
        Result run = project.run("execute").exits(1);
        run.says(
                "unverified   1_one",
                "1_one: there is nothing good",
                "1_one.java:",
                "1_one stays applied. Fix the data");
        assertThat(project.journal("1_one")).containsEntry("state", "applied").doesNotContainKey("error");
        assertThat(verified(project, "1_one"))
                .containsEntry("ok", false)
                .containsEntry("message", "there is nothing good")
                .containsKey("at");
        assertThat(attempts(project, "1_one").get(1))
                .containsEntry("direction", "verify")
                .containsEntry("outcome", "unverified");
        assertThat(project.journal("2_two")).isNull();
        project.lockIsFree();
    }

    @Test
    void theStepIsUnverifiedInJson(MongoServer server) {
        Result run = project(server)
                .with("1_one.java", plain(NEEDS_GOOD))
                .run("execute", "--json")
                .exits(1);
        assertThat(run.steps()).hasSize(1);
        assertThat(run.steps().get(0)).containsEntry("outcome", "unverified").containsEntry("direction", "up");
        assertThat(run.steps().get(0).get("error", Document.class)).containsEntry("message", "there is nothing good");
    }

    @Test
    void anUnverifiedMigrationBlocksUntilItHolds(MongoServer server) {
        var project = project(server).with("1_one.java", plain(NEEDS_GOOD)).with("2_two.java", marking("two"));
        project.run("execute").exits(1);
        assertThat(project.run("execute", "--json").exits(3).problemKinds()).containsExactly("unverified");
        project.run("execute", "2").exits(3).says("1_one is applied, but its verify() did not succeed", "verify 1_one");
        project.run("status", "--check").exits(3);
        project.run("verify", "1").exits(7).says("broken   1_one", "there is nothing good");
        project.run("execute").exits(3);
        good(server);
        project.run("verify", "1_one").exits(0).says("holds   1_one");
        assertThat(verified(project, "1_one")).containsEntry("ok", true);
        assertThat(attempts(project, "1_one").get(2))
                .containsEntry("direction", "verify")
                .containsEntry("outcome", "verified");
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("done", "two");
    }

    @Test
    void anUnverifiedMigrationCanBeAcceptedOrRolledBack(MongoServer server) {
        var project = project(server).with("1_one.java", plain(NEEDS_GOOD));
        project.run("execute").exits(1);
        project.run("repair", "1", "--as", "applied", "--reason", "x").exits(2).says("--as unverified");
        project.run("repair", "1", "--as", "unverified", "--reason", "known")
                .exits(0)
                .says("was unverified");
        assertThat(verified(project, "1_one")).containsEntry("ok", false).containsEntry("accepted", "known");
        project.run("execute").exits(0);
        project.run("repair", "1", "--as", "unverified", "--reason", "again").exits(3);
        project.run("rollback", "1").exits(0);
        assertThat(project.journal("1_one"))
                .containsEntry("state", "rolled_back")
                .doesNotContainKey("verified");
        project.run("execute").exits(1);
        project.run("rollback", "1").exits(0);
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void aTransactionIsUndoneIfTheConditionDoesNotHoldInIt(MongoServer server) {
        server.db().createCollection("done");
        String ofItsOwn = """
            static boolean verify() {
                return db().getCollection("done").countDocuments() == %d;
            }
            """;
        var project = project(server).with("1_one.java", transactional(ofItsOwn.formatted(2)));
        project.run("execute").exits(1).says("failed    1_one", "verify() returned false");
        assertThat(project.states()).containsEntry("1_one", "failed");
        assertThat(project.journal("1_one")).doesNotContainKey("verified");
        assertThat(project.marks()).isEmpty();
        project.with("1_one.java", transactional(ofItsOwn.formatted(1)))
                .run("execute")
                .exits(0);
        assertThat(verified(project, "1_one")).containsEntry("ok", true);
        assertThat(project.marks()).containsExactly("done");
        project.run("verify").exits(0).says("holds   1_one");
    }

    @Test
    void aRunThatIsKilledInVerifyLeavesItAppliedAndUnverified(MongoServer server) {
        var project = project(server).lease("2s").with("1_one.java", plain("""
            static void verify() {
                support.Signals.send("verifying");
                support.Signals.await("go");
            }
            """)).with("2_two.java", marking("two"));
        var run = project.start("execute");
        run.until("verifying");
        run.kill();
        project.letTheLeaseRunOut();
        assertThat(project.states()).containsEntry("1_one", "applied");
        project.run("execute").exits(3).says("1_one is applied, but its verify() did not succeed");
        project.signal("go");
        project.run("verify").exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("done", "two");
    }

    @Test
    void aSignalInVerifyEndsTheRun(MongoServer server) {
        var project = project(server).with("1_one.java", plain("""
            static void verify() {
                support.Signals.send("verifying");
                support.Signals.await("never");
            }
            """));
        var run = project.start("execute");
        run.until("verifying");
        run.interrupt();
        run.exits(130).says("verify() of 1_one was stopped by SIGINT", "1_one stays applied. Run: ", "verify 1_one");
        assertThat(project.states()).containsEntry("1_one", "applied");
        assertThat(verified(project, "1_one")).containsEntry("ok", false);
        project.lockIsFree();
    }

    @Test
    void verifyCanOnlyRead(MongoServer server) {
        var project = project(server).with("1_one.java", plain("""
            static void verify(MongoDatabase db) {
                try {
                    Migration.client().getDatabase(db.getName()).getCollection("done").drop();
                } catch (RuntimeException e) {
                    return;
                }
            }
            """));
        project.run("execute").exits(1).says("verify() can only read, and called done.drop");
        assertThat(project.marks()).containsExactly("done");
    }

    @Test
    void aStandaloneVerifiesToo(@On(Kind.STANDALONE) MongoServer server) {
        var project = project(server).with("1_one.java", plain(NEEDS_GOOD));
        project.run("execute").exits(1);
        good(server);
        project.run("verify").exits(0);
    }

    @Test
    void beforeRefusesAMigrationBeforeItIsStarted(MongoServer server) {
        String needsGood = NEEDS_GOOD.replace("verify(", "before(");
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", plain(needsGood))
                .with("3_three.java", marking("three"));
        Result run = project.run("execute").exits(3);
        run.says("applied   1_one", "2_two was not started: there is nothing good", "in 2_two.java:");
        assertThat(project.marks()).containsExactly("one");
        assertThat(project.journal("2_two")).isNull();
        project.lockIsFree();
        assertThat(project.run("execute", "--json").exits(3).error()).containsEntry("kind", "refused");
        good(server);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one", "done", "three");
        assertThat(project.journal("2_two")).doesNotContainKey("verified");
    }

    @Test
    void beforeOfATransactionalMigrationIsCalledOutsideOfTheTransaction(MongoServer server) {
        server.db().createCollection("done");
        var project = project(server).with("1_one.java", transactional("static boolean before() { return false; }"));
        project.run("execute").exits(3).says("before() returned false");
        assertThat(project.states()).isEmpty();
    }

    @Test
    void theCommandVerifiesAllAppliedMigrationsAndWritesNothing(MongoServer server) {
        good(server);
        var project = project(server)
                .with("1_one.java", plain(NEEDS_GOOD))
                .with("2_two.java", marking("two"))
                .with("3_three.java", source("static void up() {}\nstatic void verify() {}"))
                .with("4_pending.java", plain("static boolean verify() { return false; }"));
        project.run("execute", "--to", "3").exits(0);
        List<Document> journal = server.collection("migrations").find().into(new java.util.ArrayList<>());
        project.run("verify").exits(0).says("holds   1_one", "holds   3_three").neverSays("2_two", "4_pending");
        server.collection("good").drop();
        Result broken = project.run("verify", "--json").exits(7);
        List<Document> verified = broken.json().getList("verified", Document.class);
        assertThat(verified).extracting("outcome").containsExactly("broken", "holds");
        assertThat(verified.get(0).get("error", Document.class)).containsEntry("message", "there is nothing good");
        assertThat(broken.json()).containsEntry("exitCode", 7L);
        project.run("verify", "--since", "1").exits(0).neverSays("1_one");
        project.run("verify", "3").exits(0);
        project.run("verify", "2").exits(2).says("2_two has no verify()");
        project.run("verify", "4").exits(2).says("4_pending is not applied, but pending");
        assertThat(server.collection("migrations").find()).containsExactlyElementsOf(journal);
        project.run("execute").exits(1); // what broke later blocks nothing; 4_pending is executed
    }

    @Test
    void aLaterMigrationRetiresAnEarlierPromise(MongoServer server) {
        good(server);
        var project = project(server)
                .with("1_one.java", plain(NEEDS_GOOD))
                .with("2_two.java", "//RETIRES 1_one\n" + marking("two"));
        project.run("execute", "--to", "1").exits(0);
        server.collection("good").drop();
        project.run("verify").exits(7).says("//RETIRES 1_one");
        project.run("execute").exits(0);
        project.run("verify").exits(0).says("retired   1_one    by 2_two");
    }

    @Test
    void theSourceInTheJournalIsVerifiedOnRequest(MongoServer server) {
        good(server);
        var project = project(server).with("1_one.java", plain(NEEDS_GOOD)).with("2_two.java", marking("two"));
        project.run("execute").exits(0);
        project.without("1_one.java");
        project.run("verify").exits(0).neverSays("1_one");
        project.run("verify", "1_one").exits(2).says("verify 1_one --stored");
        project.run("verify", "--stored").exits(0).says("holds   1_one");
    }

    @Test
    void aMethodThatCannotBeCalledIsRefusedAndAHelperIsNot(MongoServer server) {
        var project = project(server).with("1_one.java", plain("void verify() {}"));
        project.run("execute").exits(3).says("1_one.java has a verify() that cannot be called", "static void verify");
        project.with("1_one.java", plain("static void before(MongoDatabase db, ClientSession session) {}"));
        project.run("validate").exits(3).says("1_one.java has a before() that cannot be called");
        project.with("1_one.java", plain("static int verify(Document document) { return 1; }"));
        project.run("execute").exits(0);
        assertThat(project.journal("1_one")).doesNotContainKey("verified");
    }

    @Test
    void onlyExecuteAndRedoCallThem(MongoServer server) {
        String never = """
            static void before() { throw new IllegalStateException("never"); }
            static void verify() { throw new IllegalStateException("never"); }
            public static void main(String... args) { up(); }
            """;
        var project = project(server).with("1_one.java", plain(never));
        project.run("execute", "--dry-run").exits(0);
        project.run("execute", "--estimate").exits(0);
        project.startDirectly("1_one.java").exits(0);
        project.run("ignore", "1").exits(0);
        project.write("fix.java", plain(never))
                .run("run", "fix.java", "--reason", "test")
                .exits(0);
        assertThat(project.marks()).containsExactly("done", "done");
        project.with("2_two.java", plain(NEEDS_GOOD));
        good(server);
        project.run("execute").exits(0);
        server.collection("good").drop();
        project.run("redo", "2").exits(1).says("rolled back   2_two", "unverified", "there is nothing good");
    }

    @Test
    void theReadyMadeConditionsSayWhatTheyFound(MongoServer server) {
        var users = server.collection("users");
        users.insertOne(new Document("_id", 7).append("email", "a"));
        users.createIndex(new Document("email", 1));
        says(server, "Check.none(\"users\", new Document(\"name\", null));", "users has 1 document that matches");
        says(server, "Check.none(\"users\", new Document(\"name\", null));", "for example _id 7");
        says(server, "Check.some(\"users\", new Document(\"name\", \"Ada\"));", "users has no document that matches");
        says(server, "Check.count(\"users\", 2);", "users has 1 such documents instead of 2");
        says(
                server,
                "Check.index(\"users\", new Document(\"name\", -1));",
                "users has no index {name: -1}, only {_id: 1}, {email: 1}");
        says(
                server,
                "Check.index(\"users\", new Document(\"email\", 1.0)).unique();",
                "the index {email: 1} of users has no option unique");
        says(server, "Check.that(false, \"as I said\");", "as I said");
        server.collection("migrations").drop();
        var project = project(server).with("1_one.java", plain("""
            static void verify() {
                Check.none("users", new Document("name", "Ada"));
                Check.some("users", new Document("email", "a"));
                Check.count("users", new Document("email", "a"), 1);
                Check.index("users", new Document("email", 1)).has("v", 2L);
                Check.that(true, "never");
            }
            """));
        project.run("execute").exits(0);
    }

    private static void says(MongoServer server, String check, String text) {
        server.collection("migrations").drop();
        project(server)
                .with("1_one.java", plain("static void verify() { " + check + " }"))
                .run("execute")
                .exits(1)
                .says(text);
    }
}

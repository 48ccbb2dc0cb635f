package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.source;
import static support.Project.project;

import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;

/** What a migration may and may not do with its transaction. */
@OnServer
class OwnTransactionTest {
    private static final String FIRST =
            "db.getCollection(\"done\").insertOne(session, new Document(\"mark\", \"one\"));";

    private static String transactional(String statements) {
        return source("static int calls; static void up(MongoDatabase db, ClientSession session) throws"
                + " Exception { calls++;\n"
                + statements
                + "\n}");
    }

    private static Project prepared(MongoServer server) {
        server.collection("done").insertOne(new Document("_id", 1).append("n", 0));
        return project(server);
    }

    private static void isLeftAsItWas(Project project, MongoServer server) {
        assertThat(project.states()).containsEntry("1_one", "failed");
        assertThat(server.collection("done").find()).containsExactly(new Document("_id", 1).append("n", 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "session.commitTransaction();",
                "session.abortTransaction();",
                "session.startTransaction();",
                "session.close();",
                "session.withTransaction(() -> 1);",
                "try { session.abortTransaction(); } catch (Throwable e) { }",
                "try (session) { }",
            })
    void itCannotEndItItself(String call, MongoServer server) {
        var project = prepared(server).with("1_one.java", transactional(FIRST + "\n" + call));
        project.run("execute").exits(1).says("session.", "must not be called by the migration", "1_one.java:9");
        isLeftAsItWas(project, server);
    }

    @ParameterizedTest
    @ValueSource(strings = {"commitTransaction", "abortTransaction"})
    void itCannotEndItByACommandEither(String command, MongoServer server) {
        var project = prepared(server)
                .with(
                        "1_one.java",
                        transactional(FIRST
                                + "\nMigration.client().getDatabase(\"admin\")"
                                + ".runCommand(session, new Document(\""
                                + command
                                + "\", 1));"));
        project.run("execute").exits(1).says(command + " is not allowed here: the run ends the transaction itself");
        isLeftAsItWas(project, server);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "db.getCollection(\"done\").insertOne(session, new Document(\"_id\", 1));",
                "db.runCommand(session, Document.parse(\"{insert: 'done', documents: [{_id:" + " 1}]}\"));",
                "db.createCollection(session, \"done\");",
            })
    void aServerErrorThatItCatchesFailsItAtOnce(String statement, MongoServer server) {
        var project = prepared(server)
                .with(
                        "1_one.java",
                        transactional(FIRST
                                + "try { "
                                + statement
                                + " } catch (com.mongodb.MongoException e) { }"
                                + " System.out.println(\"call \" + calls);"));
        project.run("execute").exits(1).says("1_one").neverSays("has been aborted", "call 2");
        isLeftAsItWas(project, server);
    }

    @Test
    void theFirstServerErrorIsNamedAlsoIfMoreCommandsFollow(MongoServer server) {
        var project = prepared(server)
                .with(
                        "1_one.java",
                        transactional("try { db.getCollection(\"done\").insertOne(session, new"
                                + " Document(\"_id\", 1)); } catch"
                                + " (com.mongodb.MongoWriteException e) { }"
                                + FIRST));
        project.run("execute")
                .exits(1)
                .says("The server aborted the transaction when it answered", "E11000")
                .neverSays("has been aborted");
        isLeftAsItWas(project, server);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "db.getCollection(\"done\").updateOne(new Document(\"_id\", 1), new"
                        + " Document(\"$inc\", new Document(\"n\", 1)));",
                "Migration.db().getCollection(\"done\").deleteMany(new Document());",
                "Migration.client().getDatabase(db.getName()).getCollection(\"done\")"
                        + ".findOneAndDelete(new Document(\"_id\", 1));",
                "db.runCommand(Document.parse(\"{update: 'done', updates: [{q: {}, u: {$inc: {n:" + " 1}}}]}\"));",
                "Thread t = new Thread(() -> db.getCollection(\"done\").deleteMany(new"
                        + " Document())); t.start(); t.join();",
                "db.getCollection(\"done\").createIndex(new Document(\"n\", 1));",
                "db.getCollection(\"done\").drop();",
                "db.drop();",
                "try (var own = Migration.client().startSession()) {"
                        + " db.getCollection(\"done\").deleteOne(own, new Document(\"_id\", 1)); }",
            })
    void oneForgottenSessionIsRefusedBeforeItWaitsForItself(String call, MongoServer server) {
        var project = prepared(server)
                .with(
                        "1_one.java",
                        transactional("db.getCollection(\"done\").updateOne(session, new"
                                + " Document(\"_id\", 1), new Document(\"$inc\", new"
                                + " Document(\"n\", 1)));\n"
                                + call));
        long start = System.nanoTime();
        project.run("execute").exits(1).says("1_one: ", "session", "1_one.java:9");
        assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
        isLeftAsItWas(project, server);
    }

    @Test
    void callsThatAreMeantToBeOutsideArePossible(MongoServer server) {
        prepared(server)
                .with(
                        "1_one.java",
                        transactional("db.createCollection(\"shops\");"
                                + " db.getCollection(\"done\").countDocuments();\n"
                                + FIRST
                                + "try (var own = Migration.client().startSession()) {"
                                + " db.getCollection(\"log\").insertOne(own, new"
                                + " Document()); }"))
                .run("execute")
                .exits(0);
        assertThat(server.collection("done").countDocuments()).isEqualTo(2);
        assertThat(server.collection("log").countDocuments()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"try (OPEN) { WRITE }", "OPEN; WRITE", "OPEN; WRITE own.close();"})
    void aSecondTransactionThatIsNeverCommittedFailsTheMigration(String statements, MongoServer server) {
        server.db().createCollection("log");
        String body = statements
                .replace("OPEN", "var own = Migration.client().startSession()")
                .replace("WRITE", "own.startTransaction(); db.getCollection(\"log\").insertOne(own, new Document());");
        var project = prepared(server).with("1_one.java", transactional(FIRST + body));

        project.run("execute")
                .exits(1)
                .says("transaction of the migration's own", "commitTransaction()", "1_one.java:");

        isLeftAsItWas(project, server);
        assertThat(server.collection("log").countDocuments()).isZero();
        project.with(
                "1_one.java",
                transactional(FIRST + body.replace("Document());", "Document()); own.commitTransaction();")));
        project.run("execute").exits(0);
        assertThat(server.collection("log").countDocuments()).isEqualTo(1);
    }

    @Test
    void aWriteOutsideWhoseAnswerIsLostFailsTheMigrationAlsoIfItIsCaught(MongoServer server) {
        server.db().createCollection("log");
        var project = prepared(server)
                .with(
                        "1_one.java",
                        transactional(FIRST
                                + " try (var own = Migration.client().startSession()) {"
                                + " db.getCollection(\"log\").insertOne(own, new Document());"
                                + " } catch (com.mongodb.MongoException e) { }"));
        server.failing("log", "insert").closingTheConnection();
        project.run("execute").exits(1).says("MongoSocket");
        isLeftAsItWas(project, server);
    }

    @Test
    void aBackfillInATransactionIsRefusedAtOnce(MongoServer server) {
        var project = prepared(server)
                .with(
                        "1_one.java",
                        transactional(FIRST
                                + "\nSystem.out.println(\"call \" + calls);"
                                + " Migration.backfill(\"done\").delete().run();"));
        project.run("execute")
                .exits(1)
                .says("backfill(\"done\") in a transaction", "1_one.java:9")
                .neverSays("call 2");
        isLeftAsItWas(project, server);
    }

    @Test
    void collectionsAndIndexesCanBeCreatedInATransaction(MongoServer server) {
        project(server)
                .with(
                        "1_one.java",
                        transactional("db.createCollection(session, \"shops\");"
                                + " db.getCollection(\"shops\").createIndex(session, new"
                                + " Document(\"name\", 1));"
                                + " db.getCollection(\"shops\").insertOne(session, new"
                                + " Document(\"name\", \"corner\"));"
                                + " Migration.db().createCollection(session, \"other\");"
                                + " Migration.client().getDatabase(db.getName())"
                                + ".getCollection(\"third\").createIndex(session, new"
                                + " Document(\"x\", 1));"
                                + " db.getCollection(\"implicit\").insertOne(session, new"
                                + " Document());"))
                .run("execute")
                .exits(0);
        assertThat(server.db().listCollectionNames()).contains("shops", "other", "third", "implicit");
        assertThat(server.collection("shops").listIndexes()).hasSize(2);
    }

    @Test
    void alsoInATransactionOfItsOwn(MongoServer server) {
        project(server).with("1_one.java", source("""
            static void up(MongoDatabase handed) {
                try (ClientSession session = Migration.client().startSession()) {
                    session.withTransaction(() -> {
                        db().createCollection(session, "shops");
                        handed.getCollection("shops").createIndex(session, new Document("n", 1));
                        return db().getCollection("shops").insertOne(session, new Document());
                    });
                }
                Migration.transaction((database, session) -> database.createCollection(session, "other"));
            }
            """)).run("execute").exits(0);
        assertThat(server.db().listCollectionNames()).contains("shops", "other");
        assertThat(server.collection("shops").countDocuments()).isEqualTo(1);
    }

    @Test
    void aTransactionThatTakesTooLongIsNotTriedAgain(@On(Kind.OWN) MongoServer server) {
        server.admin(new Document("setParameter", 1).append("transactionLifetimeLimitSeconds", 1));
        var project = prepared(server)
                .with(
                        "1_one.java",
                        transactional("System.out.println(\"call \" + calls); while (true) {"
                                + " java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);"
                                + " db.getCollection(\"done\").insertOne(session, new"
                                + " Document()); }"));
        project.run("execute")
                .exits(1)
                .says("the server aborts one after 1 s", "transactionLifetimeLimitSeconds")
                .neverSays("call 2");
        isLeftAsItWas(project, server);
    }

    private static Result fix(Project project, String members, String... more) {
        List<String> arguments = new ArrayList<>(List.of("run", "fix.java", "--reason", "test"));
        arguments.addAll(List.of(more));
        return project.write("fix.java", source(members)).run(arguments.toArray(new String[0]));
    }

    @Test
    void aFixCanCreateCollectionsInATransaction(MongoServer server) {
        fix(
                        project(server),
                        "static void up() { db().createCollection(\"shops\");"
                                + " db().getCollection(\"shops\").createIndex(new"
                                + " Document(\"name\", 1)); Migration.client().getDatabase("
                                + "db().getName()).getCollection(\"shops\").insertOne(new"
                                + " Document(\"name\", \"corner\")); }",
                        "--transaction")
                .exits(0);
        assertThat(server.collection("shops").countDocuments()).isEqualTo(1);
        assertThat(server.collection("shops").listIndexes()).hasSize(2);
    }

    @Test
    void theSameRulesApplyToAFix(MongoServer server) {
        var project = prepared(server);
        fix(
                        project,
                        "static void up() { try { db().getCollection(\"done\").insertOne(new"
                                + " Document(\"_id\", 1)); } catch"
                                + " (com.mongodb.MongoWriteException e) { } }",
                        "--transaction")
                .exits(1)
                .says("The server aborted the transaction when it answered", "E11000");
        String open = "static void up(MongoDatabase db, ClientSession session) { " + FIRST;
        fix(project, open + "db.getCollection(\"done\").deleteMany(new Document()); }")
                .exits(1)
                .says("Pass the session");
        fix(project, open + "session.commitTransaction(); }").exits(1).says("must not be called by the migration");
        fix(project, open + "Migration.backfill(\"done\").delete().run(); }")
                .exits(1)
                .says("in a transaction");
        assertThat(server.collection("done").countDocuments()).isEqualTo(1);
    }
}

package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Project.project;

import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** Errors that throw no exception, and must not be recorded as applied. */
@OnServer
class UnnoticedTest {
    private static Project prepared(MongoServer server) {
        server.collection("users").insertOne(new Document("_id", 1));
        return project(server);
    }

    private static void fails(Project project, String... says) {
        project.run("execute").exits(1).says(says).says("1_one.java:").neverSays("report it");
        assertThat(project.states()).containsEntry("1_one", "failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "db().runCommand(Document.parse(\"{insert: 'users', documents: [{_id: 1}]}\"));",
                "db().runCommand(org.bson.BsonDocument.parse(\"{insert: 'users', documents: [{_id:"
                        + " 1}]}\"), org.bson.RawBsonDocument.class);",
                "db().runCommand(Document.parse(\"{update: 'users', updates: [{q: {}, u: {$inc:" + " {_id: 1}}}]}\"));",
                "db().runCommand(Document.parse(\"{insert: 'users', ordered: false, documents:"
                        + " [{_id: 1}, {_id: 1}]}\"));",
                "Migration.client().getDatabase(db().getName()).runCommand("
                        + "Document.parse(\"{insert: 'users', documents: [{_id: 1}]}\"));",
                "try (var session = Migration.client().startSession()) { db().runCommand(session,"
                        + " Document.parse(\"{insert: 'users', documents: [{_id: 1}]}\")); }",
            })
    void errorsInTheReplyOfACommandFail(String statement, MongoServer server) {
        var project = prepared(server);
        fails(project.with("1_one.java", up(statement + " db().createCollection(\"after\");")), "failed");
        assertThat(server.db().listCollectionNames()).doesNotContain("after");
        project.with("2_two.java", marking("two"))
                .with(
                        "1_one.java",
                        source("static void up() {} static void down() throws Exception {" + statement + "}"));
        project.run("execute").exits(0);
        project.run("rollback", "1").exits(1);
        assertThat(project.states()).containsEntry("1_one", "rollback_failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "db().runCommand(Document.parse(\"{insert: 'users', documents: [{_id: 2}],"
                        + " writeConcern: {w: 7, wtimeout: 100}}\"));",
                "db().runCommand(Document.parse(\"{create: 'x', writeConcern: {w: 7, wtimeout:" + " 100}}\"));",
                "db().withWriteConcern(new com.mongodb.WriteConcern(7, 100)).getCollection(\"users\")"
                        + ".insertOne(new Document());",
            })
    void aWriteConcernErrorLeavesTheOutcomeOpenByWhateverCall(String statement, MongoServer server) {
        var project = prepared(server).with("1_one.java", up(statement)).with("2_two.java", marking("two"));
        project.run("execute").exits(5).says("interrupted", "1_one.java:");
        assertThat(project.states()).containsOnlyKeys("1_one").containsEntry("1_one", "running");
    }

    @Test
    void theMessageOfTheServerIsShown(MongoServer server) {
        fails(
                prepared(server)
                        .with(
                                "1_one.java",
                                up("db().runCommand(Document.parse(\"{insert: 'users',"
                                        + " documents: [{_id: 1}]}\"));")),
                "E11000",
                "users");
    }

    @Test
    void anExceptionOfTheDriverMayBeCaught(MongoServer server) {
        prepared(server)
                .with(
                        "1_one.java",
                        up("try { db().getCollection(\"users\").insertOne(new"
                                + " Document(\"_id\", 1)); } catch"
                                + " (com.mongodb.MongoWriteException e) { }"))
                .run("execute")
                .exits(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Migration.backfill(\"users\").delete();",
                "Migration.backfill(\"users\").each(user -> null).parallel(2);",
                "USERS.aggregate(OUT);",
                "var copy = USERS.aggregate(OUT).allowDiskUse(true);",
                "USERS.aggregate(List.of(Document.parse(\"{$merge: 'copy'}\"))," + " org.bson.BsonDocument.class);",
                "db().aggregate(List.of(Document.parse(\"{$documents: [{a: 1}]}\"),"
                        + " Document.parse(\"{$out: 'copy'}\")));",
                "USERS.find().map(user -> USERS.deleteOne(user));",
                "USERS.aggregate(OUT).map(user -> 1);",
                "USERS.mapReduce(\"f\", \"g\").collectionName(\"copy\");",
                "Migration.client().getDatabase(db().getName()).getCollection(\"users\")" + ".aggregate(OUT);",
                "support.Signals.class.getName(); USERS.withReadConcern("
                        + "com.mongodb.ReadConcern.LOCAL).aggregate(OUT);",
            })
    void callsThatDoNothingFail(String statement, MongoServer server) {
        fails(
                prepared(server)
                        .with(
                                "1_one.java",
                                up("var USERS = db().getCollection(\"users\"); var OUT ="
                                        + " java.util.List.of(Document.parse(\"{$out:"
                                        + " 'copy'}\"));\n"
                                        + statement.replace("List.of(Doc", "java.util.List.of(Doc"))),
                "does nothing",
                "()");
        assertThat(server.collection("users").countDocuments()).isEqualTo(1);
    }

    @Test
    void theSameCallsAreAcceptedWhenTheyAreRun(MongoServer server) {
        prepared(server).with("1_one.java", up("""
            var users = db().getCollection("users");
            var out = java.util.List.of(Document.parse("{$out: 'copy'}"));
            users.aggregate(out).allowDiskUse(true).toCollection();
            users.aggregate(out).forEach(user -> { });
            for (var user : users.find().map(user -> user.get("_id"))) { }
            users.aggregate(out).map(user -> 1).first();
            db().listCollectionNames().into(new java.util.ArrayList<>());
            users.find();
            """)).run("execute").exits(0);
        assertThat(server.collection("copy").countDocuments()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Thread t = new Thread(() -> FAIL()); t.start(); t.join();",
                "Runnable r = () -> FAIL(); Thread t; try { t = (Thread) Thread.class.getMethod("
                        + "\"startVirtualThread\", Runnable.class).invoke(null, r); } catch"
                        + " (NoSuchMethodException e) { t = new Thread(r); t.start(); } t.join();",
                "var pool = java.util.concurrent.Executors.newFixedThreadPool(2); pool.execute(()"
                        + " -> FAIL()); pool.shutdown(); pool.awaitTermination(9,"
                        + " java.util.concurrent.TimeUnit.SECONDS);",
                "var done = new java.util.concurrent.CountDownLatch(1); var timer = new"
                        + " java.util.Timer(); timer.schedule(new java.util.TimerTask() { public"
                        + " void run() { try { FAIL(); } finally { done.countDown(); } } }, 1);"
                        + " done.await(); timer.cancel(); Thread.getAllStackTraces().keySet()"
                        + ".stream().filter(t -> t.getName().startsWith(\"Timer\")).forEach(t -> {"
                        + " try { t.join(9000); } catch (InterruptedException e) { } });",
                "try { java.util.List.of(1, 2, 3, 4).parallelStream().forEach(n -> FAIL()); }" + " finally { }",
            })
    void uncaughtExceptionsOfThreadsFail(String statement, MongoServer server) {
        String text = source("static void up() throws Exception {\n"
                + statement
                + "\n}\nstatic void FAIL() {"
                + " db().getCollection(\"users\").dropIndex(\"nothing_there_1\");"
                + " }");
        fails(prepared(server).with("1_one.java", text), "nothing_there_1");
    }

    private static String withPool(String statement) {
        return source("static void up() throws Exception { var pool = java.util.concurrent.Executors"
                + ".newScheduledThreadPool(1); var numbers = java.util.List.of(1);"
                + " java.util.concurrent.Callable<Object> TASK = () -> { throw new IllegalStateException(\"lost\"); };"
                + " Runnable RUN = () -> { throw new IllegalStateException(\"lost\"); };\n"
                + statement
                        .replace("CF.", "java.util.concurrent.CompletableFuture.")
                        .replace("FUTURE", "java.util.concurrent.Future<?>")
                + "\npool.shutdown(); pool.awaitTermination(9, java.util.concurrent.TimeUnit.SECONDS); }"
                + " static void down() { }");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pool.submit(TASK);",
                "pool.schedule(RUN, 1, java.util.concurrent.TimeUnit.MILLISECONDS);",
                "CF.runAsync(RUN);",
                "CF.supplyAsync(() -> 1, pool).thenRun(RUN);",
                "numbers.forEach(n -> pool.submit(RUN));",
                "numbers.forEach(n -> { pool.submit(() -> RUN.run()); });",
                "pool.invokeAll(java.util.List.of(TASK));",
                "FUTURE never = pool.submit(RUN);",
                "numbers.stream().map(n -> pool.submit(TASK)).toList();",
                "RUNNABLES.forEach(pool::submit);",
            })
    void aResultThatHoldsAnExceptionAndIsDroppedIsRefused(String statement, MongoServer server) {
        String text = withPool(statement.replace("RUNNABLES", "java.util.List.of(RUN)"));
        var project = prepared(server).with("1_one.java", marking("one")).with("2_two.java", text);
        for (int i = 0; i < 2; i++) { // also with cached classes
            project.run("execute").exits(3).says("2_two.java:8", "is never used");
        }
        assertThat(project.marks()).isEmpty();
        project.run("validate").exits(3).says("2_two.java:8");
        project.write("fix.java", text)
                .run("run", "fix.java", "--reason", "x")
                .exits(3)
                .says("fix.java:8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "List.of(1).stream().peek(n -> db().createCollection('x'));|peek(...) is never consumed",
                "java.util.stream.IntStream.range(0, 3).map(n -> n + 1);|map(...) is never consumed",
                "StreamSupport.stream(db().getCollection('u').find().spliterator(), false).map(d -> d);|never consumed",
                "var never = List.of(1).stream().map(n -> n);|map(...) is never consumed",
                "var out = GridFSBuckets.create(db()).openUploadStream('f'); out.write(new byte[9]);|is never closed",
            })
    void whatDoesNothingUntilItIsFinishedIsRefused(String statement, String message, MongoServer server) {
        String code = statement
                .replace("StreamSupport", "java.util.stream.StreamSupport")
                .replace("List.of", "java.util.List.of")
                .replace("GridFS", "com.mongodb.client.gridfs.GridFS")
                .replace('\'', '"');
        prepared(server).with("1_one.java", up(code)).run("execute").exits(3).says("1_one.java:", message);
    }

    @Test
    void whatIsFinishedIsNotRefused(MongoServer server) {
        String bucket = "com.mongodb.client.gridfs.GridFSBuckets.create(db())";
        prepared(server)
                .with(
                        "1_one.java",
                        up("java.util.List.of(1).stream().map(n -> n).forEach(n -> {});"
                                + " try (var out = BUCKET.openUploadStream(\"f\")) { out.write(new byte[9]); }"
                                        .replace("BUCKET", bucket)
                                + " var out = BUCKET.openUploadStream(\"g\"); out.write(new byte[9]); out.close();"
                                        .replace("BUCKET", bucket)))
                .run("execute")
                .exits(0);
        assertThat(server.collection("fs.files").countDocuments()).isEqualTo(2);
    }

    @Test
    void anAppliedMigrationCanStillBeRolledBack(MongoServer server) {
        var project = prepared(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        project.with("1_one.java", withPool("pool.submit(RUN);"));
        project.run("repair", "1", "--as", "unchanged", "--reason", "x").exits(0);
        project.run("rollback", "1").exits(0);
    }

    @Test
    void resultsThatAreUsedAreNotRefused(MongoServer server) {
        prepared(server).with("1_one.java", withPool("""
            pool.submit(() -> 1).get();
            pool.execute(() -> { });
            CF.runAsync(() -> { }).join();
            CF.runAsync(RUN).exceptionally(e -> null);
            FUTURE later = pool.submit(() -> 1); later.get();
            var all = new java.util.HashMap<Integer, FUTURE>(); all.put(1, pool.submit(() -> 1)); all.put(1, null);
            for (var each : pool.invokeAll(java.util.List.of(() -> 1))) { each.get(); }
            var task = new java.util.concurrent.FutureTask<>(() -> 1); pool.submit(task); task.get();
            var made = CF.supplyAsync(() -> 1); made.orTimeout(9, java.util.concurrent.TimeUnit.SECONDS); made.join();
            """)).run("execute").exits(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "try (OPEN) { s.startTransaction(); WRITE; }",
                "OPEN; s.startTransaction(); WRITE;",
                "OPEN; s.startTransaction(); WRITE; s.close();",
                "OPEN; s.startTransaction(); WRITE; s.commitTransaction(); s.startTransaction();"
                        + " USERS.deleteMany(s, new Document());",
            })
    void aTransactionThatIsNeverCommittedFails(String statement, MongoServer server) {
        fails(
                prepared(server).with("1_one.java", up(inOwnSession(statement))),
                "transaction of the migration's own",
                "commitTransaction()",
                "1_one.java:");
        assertThat(server.collection("users").countDocuments()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "try (OPEN) { s.withTransaction(() -> { WRITE; return USERS.deleteOne(new" + " Document()); }); }",
                "try (OPEN) { s.startTransaction(); WRITE; USERS.createIndex(new Document(\"a\","
                        + " 1)); s.commitTransaction(); }",
            })
    void aForgottenSessionInATransactionOfItsOwnFails(String statement, MongoServer server) {
        long start = System.nanoTime();
        fails(
                prepared(server).with("1_one.java", up(inOwnSession(statement))),
                "outside of the transaction",
                "Pass the session",
                "1_one.java:");
        assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
        assertThat(server.collection("users").countDocuments()).isEqualTo(1);
    }

    @Test
    void transactionsThatAreCommittedOrAbortedOnPurposeAreAccepted(MongoServer server) {
        String given = "try (OPEN) { s.startTransaction(); WRITE; throw new IllegalStateException(); }"
                + " catch (IllegalStateException e) { }";
        prepared(server)
                .with(
                        "1_one.java",
                        up(inOwnSession(given
                                + "try (OPEN) { s.startTransaction(); WRITE;"
                                + " s.abortTransaction(); s.startTransaction();"
                                + " WRITE; s.commitTransaction();"
                                + " s.withTransaction(() -> WRITE);"
                                + " db().getCollection(\"log\").insertOne(new"
                                + " Document()); } USERS.updateMany(new Document(),"
                                + " new Document(\"$set\", new Document(\"b\","
                                + " 1)));")))
                .run("execute")
                .exits(0);
        assertThat(server.collection("users").countDocuments()).isEqualTo(3);
    }

    private static String inOwnSession(String statement) {
        return "var USERS = db().getCollection(\"users\");\n"
                + statement
                        .replace("OPEN", "var s = Migration.client().startSession()")
                        .replace("WRITE", "USERS.insertOne(s, new Document(\"a\", 1))");
    }

    @Test
    void theyFailAFixToo(MongoServer server) {
        var project = prepared(server);
        for (String statement : List.of(
                "db().runCommand(Document.parse(\"{insert: 'users', documents: [{_id:" + " 1}]}\"));",
                "db().getCollection(\"users\").aggregate(java.util.List.of(" + "Document.parse(\"{$out: 'copy'}\")));",
                "Migration.backfill(\"users\").delete();",
                "var t = new Thread(() -> { throw new IllegalStateException(\"in a"
                        + " thread\"); }); t.start(); t.join();",
                "Migration.client().close(); db().getCollection(\"users\")"
                        + ".withWriteConcern(com.mongodb.WriteConcern.UNACKNOWLEDGED)"
                        + ".insertOne(new Document());")) {
            project.write("fix.java", up(statement).replace("up()", "up() throws Exception"))
                    .run("run", "fix.java", "--reason", "test")
                    .exits(1)
                    .says("failed");
        }
        assertThat(project.run("history", "--fixes", "--json").out()).doesNotContain("applied");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "db().getCollection(\"users\").withWriteConcern(W0).insertOne(new Document());",
                "db().withWriteConcern(W0).getCollection(\"users\").deleteMany(new Document());",
                "Migration.client().withWriteConcern(W0).getDatabase(db().getName())"
                        + ".getCollection(\"users\").insertOne(new Document());",
                "db().runCommand(Document.parse(\"{delete: 'users', deletes: [{q: {}, limit: 0}],"
                        + " writeConcern: {w: 0}}\"));",
                "try { db().getCollection(\"users\").withWriteConcern(W0).drop(); } catch" + " (Throwable e) { }",
            })
    void unacknowledgedWritesAreNotEvenSent(String statement, MongoServer server) {
        fails(
                prepared(server)
                        .with("1_one.java", up(statement.replace("W0", "com.mongodb.WriteConcern.UNACKNOWLEDGED"))),
                "w: 0");
        assertThat(server.collection("users").countDocuments()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"w=0", "w=0&journal=false", "safe=false"})
    void aUriThatAsksForThemIsRefused(String option, MongoServer server) {
        var project = prepared(server).with("1_one.java", marking("one"));
        String uri = server.uri() + (server.uri().contains("?") ? "&" : "/?") + option;
        project.run("execute", "--uri", uri).exits(2).says("w=0", "--uri");
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void closingTheClientHasNoEffect(MongoServer server) {
        var project = prepared(server)
                .with(
                        "1_one.java",
                        up("try (var client = Migration.client()) {"
                                + " client.getDatabase(\"x\").getCollection(\"x\")"
                                + ".countDocuments(); } Migration.client().close();"
                                + " db().getCollection(\"done\").insertOne(new"
                                + " Document(\"mark\", \"one\"));"))
                .with("2_two.java", marking("two"));
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one", "two");
        project.lockIsFree();
    }
}

package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.up;
import static support.Project.project;

import java.util.List;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** The reasons of a failure: the causes of its exception and the server's details. */
@OnServer
class CausesTest {
    private static final String LOST_SEED = """
        try {
            java.nio.file.Files.readString(java.nio.file.Path.of("no-such-seed.csv"));
        } catch (java.io.IOException e) {
            throw new IllegalStateException("could not load the seed", new RuntimeException("no seed", e));
        }
        """;

    private static Project failing(MongoServer server, String statements) {
        return project(server).with("1_a.java", up(statements));
    }

    @Test
    void causesAreShownKeptInTheJournalAndInJson(MongoServer server) {
        var project = failing(server, LOST_SEED);
        project.run("execute")
                .exits(1)
                .says(
                        "1_a: could not load the seed",
                        "caused by: RuntimeException: no seed",
                        "caused by: NoSuchFileException: no-such-seed.csv",
                        "readString(");
        List<Document> causes =
                project.journal("1_a").get("error", Document.class).getList("causes", Document.class);
        assertThat(causes)
                .extracting(cause -> cause.getString("type"))
                .containsExactly("java.lang.RuntimeException", "java.nio.file.NoSuchFileException");
        assertThat(causes.get(1).getList("frames", String.class)).hasSize(1);
        project.run("history", "1")
                .exits(0)
                .says(
                        "could not load the seed",
                        "caused by: RuntimeException: no seed",
                        "caused by: NoSuchFileException: no-such-seed.csv");
        Document json = project.run("execute", "--json").exits(1).json();
        Document error = json.getList("steps", Document.class).get(0).get("error", Document.class);
        assertThat(error.getList("causes", Document.class)).hasSize(2);
    }

    @Test
    void theWholeStackTraceIsShownWithVerbose(MongoServer server) {
        var project = failing(server, LOST_SEED);
        project.run("execute").exits(1).neverSays("at java.base/");
        project.run("execute", "--verbose")
                .exits(1)
                .says(
                        "java.lang.IllegalStateException: could not load the seed",
                        "Caused by: java.nio.file.NoSuchFileException: no-such-seed.csv",
                        "at java.base/java.nio.file.Files.readString");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@Override protected void beforeRun()",
                "@Override protected void afterRun()",
                "@Override protected void beforeMigration(String name)",
                "@Override protected void afterMigration(String name, StepReport step)",
                "@Override protected void doDump()",
                "@Command void seed()",
            })
    void causesOfAnExceptionInMigopyJavaAreShownAndInJson(String method, MongoServer server) {
        var project = failing(server, "")
                .entry(method + " { throw new IllegalStateException(\"no seed\","
                        + " new java.io.IOException(\"the disk is gone\")); }");
        String command = method.contains("seed") ? "seed" : "execute";
        String[] arguments = method.contains("doDump") ? new String[] {command, "--dump"} : new String[] {command};
        project.run(arguments).exits(1).says("no seed", "    caused by: IOException: the disk is gone");
        server.collection("migrations").drop();
        String[] json = Stream.concat(Stream.of(arguments), Stream.of("--json")).toArray(String[]::new);
        assertThat(project.run(json).exits(1).out())
                .contains("\"causes\": [{\"type\": \"java.io.IOException\", \"message\": \"the disk is gone\"");
    }

    @Test
    void whereABackfillFailedIsInItsError(MongoServer server) {
        server.collection("u").insertOne(new Document("_id", "ada"));
        var project = project(server).with("1_a.java", """
            import static migopy.Migration.backfill;

            class Step {
                static void up() {
                    backfill("u").each(one -> { throw new IllegalStateException("bad"); }).run();
                }
            }
            """);
        String error = "bad (at the document with _id \"ada\", in the batch from the start to the end)";
        assertThat(project.run("execute", "--json").exits(1).steps().get(0).get("error", Document.class))
                .containsEntry("message", error);
        assertThat(project.journal("1_a").get("error", Document.class)).containsEntry("message", error);
        project.run("history").exits(0).says(error);
    }

    @Test
    void theRuleThatACommandBrokeIsNamed(MongoServer server) {
        server.db()
                .runCommand(Document.parse(
                        "{create: 'people', validator: {$jsonSchema: {properties: {age: {minimum: 0}}}}}"));
        failing(server, "db().runCommand(Document.parse(\"{insert: 'people', documents: [{age: -1}]}\"));")
                .run("execute")
                .exits(1)
                .says(
                        "Document failed validation: age: comparison failed",
                        "Fix this write. runCommand() does not throw")
                .neverSays("caused by");
    }

    @Test
    void aHintIsPrintedOnceAndIsNotPartOfTheRecordedMessage(MongoServer server) {
        var project = failing(
                server, "db().getCollection(\"u\").aggregate(java.util.List.of(new Document(\"$out\", \"v\")));");
        assertThat(project.run("execute").exits(1).err()).containsOnlyOnce("Add .toCollection()");
        assertThat(project.journal("1_a").get("error", Document.class).getString("message"))
                .endsWith("its result is never run");
    }

    @Test
    void aWriteConcernThatTheServerDoesNotKnowIsRefusedBeforeAnythingRuns(MongoServer server) {
        var project = failing(server, "db().getCollection(\"u\").insertOne(new Document());")
                .environment("MONGO_URI", server.uriWith("w=majorty"));
        project.run("execute").exits(2).says("w=majorty in the MongoDB URI", "Remove w=majorty from the URI");
        assertThat(project.states()).isEmpty();
        project.lockIsFree();
        project.environment("MONGO_URI", server.uriWith("w=majority"))
                .run("execute")
                .exits(0);
    }

    @Test
    void aCauseThatItsWrapperRepeatsIsNotShownTwice(MongoServer server) {
        failing(server, "throw new RuntimeException(new java.io.IOException(\"the disk is gone\"));")
                .run("execute")
                .exits(1)
                .says("1_a: java.io.IOException: the disk is gone")
                .neverSays("caused by");
    }

    @Test
    void theStackTraceOfAHookIsShownWithVerbose(MongoServer server) {
        project(server)
                .with("1_a.java", up(""))
                .entry("@Override protected void afterMigration(String name,"
                        + " StepReport step) {"
                        + " throw new IllegalStateException(\"no\"); }")
                .run("execute", "--verbose")
                .exits(1)
                .says("Caused by: java.lang.IllegalStateException: no", "at migopy.afterMigration");
    }

    @Test
    void circularCausesAreCut(MongoServer server) {
        var project = failing(server, """
            RuntimeException a = new RuntimeException("a");
            RuntimeException b = new RuntimeException("b", a);
            a.initCause(b);
            throw a;
            """);
        project.run("execute").exits(1).says("caused by: RuntimeException: b");
        Document error = project.journal("1_a").get("error", Document.class);
        assertThat(error.getList("causes", Document.class)).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void theTypeIsShownIfTheMessageAloneIsUnclear(MongoServer server) {
        failing(server, "throw new OutOfMemoryError(\"x\");")
                .run("execute")
                .exits(1)
                .says("1_a: OutOfMemoryError: x");
    }

    @Test
    void aMissingClassIsReportedAsSuch(MongoServer server) {
        failing(
                        server,
                        "try { Class.forName(\"Foo\"); } catch (ClassNotFoundException e) {"
                                + " throw new ExceptionInInitializerError(e); }")
                .run("execute")
                .exits(1)
                .says("1_a: ", "ExceptionInInitializerError", "ClassNotFoundException: Foo");
    }

    @Test
    void aRejectedDocumentReportsFieldAndRule(MongoServer server) {
        server.db().runCommand(Document.parse("""
            {create: "users", validator: {$jsonSchema: {required: ["name"],
             properties: {age: {bsonType: "int", minimum: 0},
                          home: {properties: {zip: {bsonType: "string"}}}}}}}
            """));
        failing(server, "db().getCollection(\"users\").insertOne(" + "Document.parse(\"{age: 'x', home: {zip: 5}}\"));")
                .run("execute")
                .exits(1)
                .says(
                        "Document failed validation",
                        "age: type did not match",
                        "\"bsonType\": \"int\"",
                        "the value is \"x\"",
                        "home.zip: type did not match",
                        "name is missing");
    }

    @Test
    void aRejectedFindAndModifyAndAQueryValidatorReportThemToo(MongoServer server) {
        server.db().runCommand(Document.parse("{create: \"users\", validator: {$or: [{n: {$gt: 5}}, {m: 1}]}}"));
        failing(
                        server,
                        "db().getCollection(\"users\").findOneAndReplace(new Document(\"n\", 1),"
                                + " new Document(\"n\", 2), new"
                                + " com.mongodb.client.model.FindOneAndReplaceOptions().upsert(true));")
                .run("execute")
                .exits(1)
                .says("Document failed validation", "comparison failed", "$gt");
    }

    @Test
    void aBulkWriteReportsHowManyFailedAndWhich(MongoServer server) {
        server.collection("users").insertMany(List.of(new Document("_id", 3), new Document("_id", 5)));
        failing(server, """
            java.util.List<Document> all = new java.util.ArrayList<>();
            for (int i = 0; i < 8; i++) { all.add(new Document("_id", i)); }
            db().getCollection("users").insertMany(all,
                new com.mongodb.client.model.InsertManyOptions().ordered(false));
            """)
                .run("execute")
                .exits(1)
                .says(
                        "2 writes of a bulk failed (inserted 6)",
                        "#3 (_id 3): E11000",
                        "dup key: { _id: 3 }",
                        "#5 (_id 5): E11000");
    }

    @ParameterizedTest
    @CsvSource({
        "false, 20, 16",
        "true, 20, 16",
        "true, 200_020, 200_016",
    })
    void aRejectedWriteOfABulkIsNamedByItsId(boolean ordered, String count, String index, MongoServer server) {
        server.collection("users").insertOne(new Document("_id", "taken").append("email", "ada"));
        server.collection("users")
                .createIndex(
                        new Document("email", 1),
                        new com.mongodb.client.model.IndexOptions()
                                .unique(true)
                                .partialFilterExpression(new Document("email", new Document("$exists", true))));
        failing(server, """
            java.util.List<Document> all = new java.util.ArrayList<>();
            for (int i = 0; i < %s; i++) { all.add(new Document("_id", new Document("shop", i))); }
            all.get(%s).append("email", "ada");
            db().getCollection("users").insertMany(all,
                new com.mongodb.client.model.InsertManyOptions().ordered(%s));
            """.formatted(count, index, ordered))
                .run("execute")
                .exits(1)
                .says("#%s (_id {\"shop\": %s}): E11000".formatted(plain(index), plain(index)));
    }

    private static String plain(String number) {
        return number.replace("_", "");
    }

    @Test
    void aRejectedWriteOfMixedKindsIsNamedOnlyIfItIsKnown(MongoServer server) {
        server.collection("users").insertMany(List.of(new Document("_id", 3), new Document("_id", 5)));
        for (boolean ordered : new boolean[] {true, false}) {
            failing(server, """
                var users = db().getCollection("users");
                users.bulkWrite(java.util.List.of(
                    new com.mongodb.client.model.UpdateOneModel<Document>(new Document("_id", 3), new Document("$set", new Document("n", 1))),
                    new com.mongodb.client.model.InsertOneModel<>(new Document("_id", 5)),
                    new com.mongodb.client.model.UpdateOneModel<Document>(new Document("_id", 3), new Document("$set", new Document("_id", 4)))),
                    new com.mongodb.client.model.BulkWriteOptions().ordered(%s));
                """.formatted(ordered))
                    .run("execute", "--retry", "1")
                    .exits(1)
                    .says(ordered ? "#1 (_id 5): E11000" : "#1: E11000");
        }
    }
}

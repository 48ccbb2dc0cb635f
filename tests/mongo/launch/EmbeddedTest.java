package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static support.Migrations.source;
import static support.Migrations.transactional;
import static support.Migrations.up;
import static support.Migrations.upAndDown;
import static support.Project.project;

import java.util.List;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;

/** {@code --embedded} and {@code MONGO_URI=embedded} from a user's view. */
@OnServer
class EmbeddedTest {
    /** Tries each unsupported feature and prints its error. */
    private static final String UNSUPPORTED = """
        static void up() {
            var users = db().getCollection("users");
            users.insertOne(new Document("name", "Ada"));
            var name = new Document("name", 1);
            var stages = java.util.List.of(new Document("$set", name));
            var options = new com.mongodb.client.model.CreateCollectionOptions();
            refused("validator", () -> db().createCollection("a",
                    options.validationOptions(new com.mongodb.client.model
                            .ValidationOptions().validator(name))));
            refused("capped", () -> db().createCollection("b",
                    new com.mongodb.client.model.CreateCollectionOptions()
                            .capped(true).sizeInBytes(1000)));
            refused("view", () -> db().createView("c", "users",
                    java.util.List.of()));
            refused("partial", () -> users.createIndex(name, index()
                    .partialFilterExpression(new Document("a", 1))));
            refused("expire", () -> users.createIndex(name, index()
                    .expireAfter(1L, java.util.concurrent.TimeUnit.DAYS)));
            refused("text", () -> users.createIndex(new Document("name", "text")));
            refused("update", () -> users.updateMany(new Document(), stages));
            refused("modify", () -> users.findOneAndUpdate(new Document(), stages));
            refused("collation", () -> users.find().collation(com.mongodb.client
                    .model.Collation.builder().locale("de").build()).first());
            refused("collMod", () -> db().runCommand(new Document("collMod", "users")
                    .append("validator", new Document("a", 1))));
            refused("transaction", () -> {
                try (var session = client().startSession()) {
                    session.startTransaction();
                    users.insertOne(session, new Document("name", "Eve"));
                    session.commitTransaction();
                }
            });
            refused("backfill", () -> backfill("users").update(
                    new Document("$set", name)).run());
            refused("once", () -> backfill("users").once()
                    .each(user -> name).run());
            System.out.println(users.find().first().getString("name"));
        }

        static void refused(String what, Runnable call) {
            try {
                call.run();
                System.out.println(what + " was ignored");
            } catch (RuntimeException e) {
                System.out.println(what + ": " + e.getMessage());
            }
        }

        static com.mongodb.client.model.IndexOptions index() {
            return new com.mongodb.client.model.IndexOptions();
        }

        static MongoClient client() { return Migration.client(); }

        static migopy.backfill.Backfill backfill(String name) {
            return Migration.backfill(name);
        }
        """;

    private static Project embedded(MongoServer server) {
        return project(server).environment("MONGO_URI", "embedded").environment("MONGO_DATABASE", "app");
    }

    @Test
    void dataIsKeptBetweenCommandsAndEachThatWritesNamesTheEmbeddedDatabase(MongoServer server) {
        var project = project(server)
                .environment("MONGO_URI", null)
                .entry("{ mongoDatabase = \"app\"; }")
                .with(
                        "1_one.java",
                        upAndDown(
                                "db().getCollection(\"a\").insertOne(new Document());",
                                "System.out.println(db().getCollection(\"a\")" + ".countDocuments() + \" there\");"));
        String message = "On the embedded database in .migopy/, for a first try";
        project.run("status", "--check", "--embedded")
                .exits(8)
                .says("To run it: jbang migopy.java --embedded execute\n")
                .neverSays(message);
        project.run("execute", "--embedded").exits(0).says(message);
        project.run("status", "--check", "--embedded").exits(0).says("applied   1_one");
        assertThat(project.run("status", "--embedded", "--json").json()).containsEntry("embedded", true);
        project.run("rollback", "1", "--embedded").exits(0).says("1 there");
        assertThat(project.folder().resolve(".migopy/.gitignore")).hasContent("*");
        assertThat(server.db().listCollectionNames()).isEmpty();
    }

    @Test
    void aSecondCommandAtTheSameTimeIsRefusedWithoutDisturbingTheFirst(MongoServer server) {
        var project = embedded(server)
                .with("1_one.java", up("support.Signals.send(\"in-up\");" + " support.Signals.await(\"go\");"));
        var first = project.start("execute").untilInUp();
        for (String command : List.of("status", "execute")) {
            project.run(command)
                    .exits(6)
                    .complainsBriefly()
                    .says("The embedded database is in use by another run", "Wait until that run has finished");
        }
        project.signal("go");
        first.exits(0);
        project.run("status", "--check").exits(0);
    }

    @Test
    void aTransactionalMigrationIsRefusedByNameBeforeAnythingRuns(MongoServer server) {
        var project = embedded(server)
                .with("1_one.java", up("db().createCollection(\"one\");"))
                .with("2_two.java", transactional("two"));
        project.run("execute")
                .exits(3)
                .complainsBriefly()
                .says("2_two", "no transactions", "without --embedded on a replica set");
        project.run("execute", "1").exits(0);
    }

    @Test
    void unsupportedFeaturesAreRejectedAndNeverIgnored(MongoServer server) {
        var project = embedded(server).with("1_tries.java", source(UNSUPPORTED));
        var result = project.run("execute").exits(0).neverSays("was ignored");
        for (String what : List.of(
                "validators",
                "capped collections",
                "views",
                "partial indexes",
                "documents that expire",
                "text indexes",
                "pipeline updates",
                "collations")) {
            result.says("The embedded database does not support " + what + ": use a MongoDB server");
        }
        result.says(
                "update() of backfill(\"users\") needs pipeline updates",
                "once() of backfill(\"users\") needs transactions",
                "\nAda\n");
    }

    @Test
    void aMigrationThatNeedsAnUnsupportedFeatureFailsWithItsName(MongoServer server) {
        String index = "db().getCollection(\"a\").createIndex(new Document(\"a\", 1), new"
                + " com.mongodb.client.model.IndexOptions()"
                + ".partialFilterExpression(new Document(\"b\", 1)));";
        String message = "1_index: The embedded database does not support partial indexes: use a MongoDB server"
                + " (CommandNotSupported)\n    1_index.java:";
        embedded(server).with("1_index.java", up(index)).run("execute").exits(1).says(message);
    }

    @Test
    void itsJarsAreNotOnTheClassPathOfARunWithoutIt() {
        assertThatThrownBy(() -> Class.forName("de.bwaldvogel.mongo.MongoServer"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThatThrownBy(() -> Class.forName("org.h2.mvstore.MVStore")).isInstanceOf(ClassNotFoundException.class);
    }
}

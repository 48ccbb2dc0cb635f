package unit.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TouchedCollectionsTest {
    private static Optional<Set<String>> touched(String body) {
        String text = """
            import static migopy.Migration.*;
            import com.mongodb.client.*;
            import com.mongodb.client.model.*;
            import java.util.*;
            import org.bson.Document;
            class A {
                static final String USERS = "users";
                static final String[] NAMES = {"x", "y"};
                static void up(MongoDatabase database) throws Exception {
                    %s
                }
                static void helper(MongoDatabase d) { d.getCollection("helped").drop(); }
            }
            """.formatted(body);
        return new Sandbox().compiler().collectionsTouched(Sandbox.source("1_a", text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "database.getCollection(\"users\").insertOne(new Document());",
                "database.getCollection(USERS).insertOne(new Document());",
                "var c = database.getCollection(\"users\", Document.class); c.drop();",
                "MongoDatabase d = database; d.withTimeout(1, java.util.concurrent.TimeUnit.DAYS)"
                        + ".getCollection(\"users\").find();",
                "final String n = \"users\"; database.getCollection(n).drop();",
                "db().getCollection(\"users\").insertOne(new Document()); log(\"client\");",
                "backfill(\"users\").where(Filters.eq(1)).each(d -> Updates.set(\"a\", d)).run();",
                "database.createCollection(\"users\"); System.out.println(database.getName());",
                "List.of(1).forEach(i -> database.getCollection(\"users\").find());",
                "database.getCollection(\"users\").updateMany(new Document(),"
                        + " List.of(Document.parse(\"{$set: {a: {$mergeObjects: ['$b',"
                        + " '$output']}}}\")));"
            })
    void literalNamesAreFound(String body) {
        assertThat(touched(body)).contains(Set.of("users", "helped"));
    }

    @Test
    void allNamesAreFound() {
        assertThat(touched("database.getCollection(\"a\").drop(); helper(database);"
                        + " database.getCollection(\"b\").find();"))
                .contains(Set.of("a", "b", "helped"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for (String n : NAMES) database.getCollection(n).drop();",
                "database.getCollection(\"a\" + System.nanoTime()).drop();",
                "database.runCommand(new Document(\"drop\", \"a\"));",
                "database.drop();",
                "client().getDatabase(\"x\");",
                "MongoDatabase d = client().getDatabase(\"x\"); d.getCollection(\"a\").drop();",
                "backfill(database.getName()).delete().run();",
                "java.util.function.Function<String, ?> f = migopy.Migration::backfill;",
                "database.aggregate(List.of());",
                "database.getCollection(\"a\").aggregate(List.of(Aggregates.out(\"b\")));",
                "database.getCollection(\"a\").aggregate(List.of(new Document(\"$merge\"," + " \"b\")));",
                "database.getCollection(\"a\").aggregate(List.of(Document.parse(\"{$out:" + " 'b'}\")));",
                "database.getCollection(\"a\").renameCollection(null);",
                "MongoClients.create().getDatabase(\"x\");",
                "java.util.function.Function<String, ?> f = database::getCollection;",
                "new ProcessBuilder(\"mongo\").start();",
                "Class.forName(\"X\").getMethods();",
                "unit.files.Elsewhere.help(database);",
                "does.not.compile();"
            })
    void otherCallsMakeTheResultUncertain(String body) {
        assertThat(touched(body)).isEmpty();
    }
}

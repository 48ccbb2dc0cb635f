package mongo.command;

import static com.mongodb.client.model.Indexes.ascending;
import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import migopy.lint.LintRule;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import unit.lint.LintSources;

@OnServer
class LintDatabaseTest {
    private static final String FEW = "@Override protected void lint(LintRules rules) { rules.many(2); }";

    private static final String UNIQUE_EMAIL =
            "db().getCollection(\"users\").createIndex(Indexes.ascending(\"email\"), new IndexOptions().unique(true));";

    private static String up(String statements) {
        return LintSources.source("static void up() {\n" + statements + "\n}");
    }

    /** Three users, two of them with one address, and 201 orders with an index. */
    private static Project shop(MongoServer server) {
        server.collection("users")
                .insertMany(List.of(
                        new Document("_id", 1).append("email", "ada@example.com"),
                        new Document("_id", 2).append("email", "ada@example.com"),
                        new Document("_id", 3)
                                .append("email", "bob@example.com")
                                .append("name", "Bob")));
        List<Document> orders = new ArrayList<>();
        for (int i = 0; i < 201; i++) {
            orders.add(new Document("day", "2026-11-30").append("customer", i));
        }
        server.collection("orders").insertMany(orders);
        server.collection("orders").createIndex(ascending("day", "customer"));
        return project(server).entry(FEW);
    }

    @Test
    void eachRuleFindsItsBadExampleAndNoneFailsAGoodOne(MongoServer server) {
        Project bad = shop(server);
        Project good = project(server).entry(FEW);
        List<LintRule> rules =
                LintRule.all().stream().filter(LintRule::needsDatabase).toList();
        for (LintRule rule : rules) {
            String name = rule.code().substring(1) + "_example.java";
            bad.with(name, LintSources.source(rule.bad()));
            good.with(name, LintSources.source(rule.good()));
        }
        // One by one, since each would otherwise count on what the others change.
        for (LintRule rule : rules) {
            String name = rule.code().substring(1) + "_example";
            assertThat(LintSources.rules(bad.run("lint", "--database", "--json", name))
                            .get(name))
                    .as(rule.code())
                    .contains(rule.code());
            assertThat(LintSources.findings(good.run("lint", "--database", "--json", name)))
                    .as(rule.code())
                    .noneMatch(finding -> finding.getString("rule").equals(rule.code())
                            && !finding.getString("severity").equals("info"));
        }
    }

    @Test
    void duplicatesAreFoundAsAUniqueIndexFindsThem(MongoServer server) {
        var project = shop(server).with("1_email.java", up(UNIQUE_EMAIL));
        project.run("lint").exits(0);
        project.run("lint", "--database")
                .exits(7)
                .says("error M202  email of users is not unique: 1 value is in several documents, as in those with"
                        + " _id 1 and 2")
                .says("1 migration checked: 1 error.");
        project.run("execute").exits(1);
        server.collection("users").deleteOne(new Document("_id", 2));
        project.run("lint", "--database").exits(0).says("no findings");
        project.run("execute").exits(0);
        project.run("lint", "--database").exits(0).says("0 migrations checked");
    }

    @Test
    void theVerdictOnAnIndexIsThatOfTheServer(MongoServer server) {
        Map<String, String> indexes = new LinkedHashMap<>();
        indexes.put("same", "createIndex(Indexes.ascending(\"a\"))");
        indexes.put("unique", "createIndex(Indexes.ascending(\"a\"), new IndexOptions().unique(true))");
        indexes.put(
                "uniqueNamed", "createIndex(Indexes.ascending(\"a\"), new IndexOptions().unique(true).name(\"u\"))");
        indexes.put("named", "createIndex(Indexes.ascending(\"a\"), new IndexOptions().name(\"other\"))");
        indexes.put("nameTaken", "createIndex(Indexes.ascending(\"b\"), new IndexOptions().name(\"a_1\"))");
        indexes.put("descending", "createIndex(Indexes.descending(\"a\"))");
        indexes.put("ttl", "createIndex(Indexes.ascending(\"a\"), new IndexOptions().expireAfter(1L, TimeUnit.DAYS))");
        indexes.put("sparse", "createIndex(Indexes.ascending(\"a\"), new IndexOptions().sparse(true))");
        indexes.put(
                "several",
                "createIndexes(List.of(new IndexModel(Indexes.ascending(\"c\")),"
                        + " new IndexModel(new Document(\"a\", 1), new IndexOptions().name(\"other\"))))");
        indexes.put("missing", "createIndex(eq(\"d\", 1), new IndexOptions().unique(true))");
        indexes.put("missingSparse", "createIndex(eq(\"d\", 1), new IndexOptions().unique(true).sparse(true))");
        indexes.put(
                "missingPartial",
                "createIndex(eq(\"d\", 1), new IndexOptions().unique(true)"
                        + ".partialFilterExpression(gt(\"d\", 5)))");
        indexes.put("arrays", "createIndex(Indexes.ascending(\"tags\"), new IndexOptions().unique(true))");
        var project = project(server);
        List<String> migrations = new ArrayList<>();
        for (Map.Entry<String, String> index : indexes.entrySet()) {
            var collection = server.collection(index.getKey());
            collection.insertMany(List.of(
                    new Document("d", 1).append("tags", List.of(1, 2)),
                    new Document("tags", List.of(1, 2)),
                    new Document("d", 7),
                    new Document()));
            collection.createIndex(ascending("a"));
            String call = "db().getCollection(\"%s\").%s;".formatted(index.getKey(), index.getValue());
            migrations.add(migrations.size() + 1 + "_" + index.getKey().toLowerCase(Locale.ROOT));
            project.with(migrations.get(migrations.size() - 1) + ".java", up(call));
        }
        var found = LintSources.findings(project.run("lint", "--database", "--json"));
        List<String> refused = new ArrayList<>();
        for (String migration : migrations) {
            if (project.run("execute", migration).exitCode() != 0) {
                refused.add(migration);
            }
        }
        assertThat(found.stream()
                        .filter(one -> one.getString("severity").equals("error"))
                        .map(one -> one.getString("migration"))
                        .distinct())
                .containsExactlyElementsOf(refused)
                .hasSize(9);
    }

    @Test
    void whatAnEarlierMigrationMayChangeIsInformation(MongoServer server) {
        var project = shop(server)
                .with("1_dedupe.java", up("db().getCollection(\"users\").deleteOne(eq(\"_id\", 2));"))
                .with("2_email.java", up(UNIQUE_EMAIL))
                .with(
                        "3_validator.java",
                        up("db().runCommand(new Document(\"collMod\", \"users\").append(\"validator\","
                                + " exists(\"name\")));"));
        project.run("lint", "--database")
                .exits(0)
                .says("info M202  email of users is not unique", "unless what runs before changes that")
                .says("info M301  2 documents of users do not match the validator, with _id 1, 2, unless");
        project.run("lint", "--database", "2").exits(7).says("error M202");
    }

    @Test
    void aUsedIndexIsDroppedWithAnError(MongoServer server) {
        var project = shop(server)
                .with("1_drop.java", up("db().getCollection(\"orders\").dropIndex(\"day_1_customer_1\");"))
                .with("2_typo.java", up("db().getCollection(\"orders\").dropIndex(\"day_1_customers_1\");"));
        project.run("lint", "--database", "1").exits(0).says("warning M108", "has used 0 times since");
        for (int i = 0; i < 101; i++) {
            server.collection("orders").find(new Document("day", "2026-11-29")).first();
        }
        project.run("lint", "--database")
                .exits(7)
                .says("error M108  drops day_1_customer_1 of orders, which this server has used 101 times since")
                .says("warning M108  orders has no such index, so the server refuses to drop it")
                .says("2 migrations checked: 1 error, 1 warning.");
    }

    @Test
    void countsReplaceWhatTheSourceAloneShows(MongoServer server) {
        var project = shop(server)
                .with(
                        "1_all.java",
                        up("db().getCollection(\"users\").updateMany(exists(\"plan\", false), set(\"plan\", \"a\"));"))
                .with(
                        "2_few.java",
                        up("db().getCollection(\"users\").updateMany(exists(\"name\", false), set(\"name\", \"\"));"))
                .with(
                        "3_ttl.java",
                        up("db().getCollection(\"users\").createIndex(Indexes.ascending(\"seen\"), new"
                                + " IndexOptions().expireAfter(1L, TimeUnit.DAYS));"));
        project.run("lint")
                .exits(0)
                .says("info M103  changes every document without plan", "info M103", "warning M110");
        project.run("lint", "--database")
                .exits(7)
                .says("error M103  changes more than 2 documents of users in one operation")
                .says("3 migrations checked: 1 error.");
        List<Document> old = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            old.add(new Document("seen", new Date(0)));
        }
        server.collection("users").insertMany(old);
        project.run("lint", "--database", "3")
                .exits(0)
                .says("warning M110  more than 20 documents of users are already past");
    }

    @Test
    void aCommentAllowsWhatTheDatabaseFindsAndIsNotMissedWithoutIt(MongoServer server) {
        var project = shop(server)
                .with(
                        "1_email.java",
                        up("// migopy:allow M202 the duplicates are removed by hand before\n" + UNIQUE_EMAIL))
                .with(
                        "2_all.java",
                        up("// migopy:allow M103 there are few\n"
                                + "db().getCollection(\"none\").updateMany(exists(\"a\", false), set(\"a\", 1));"));
        project.run("lint", "--database", "--strict").exits(0).says("2 migrations checked: 1 allowed.");
        project.run("lint", "--strict").exits(0).says("2 migrations checked: 1 allowed.");
        project.entry("@Override protected void lint(LintRules rules) { rules.off(\"M202\"); }")
                .with("1_email.java", up(UNIQUE_EMAIL))
                .run("lint", "--database")
                .exits(0);
    }

    @Test
    void whatTheServerDoesNotKnowIsAnError(MongoServer server) {
        String version = server.db().runCommand(new Document("buildInfo", 1)).getString("version");
        var project = project(server)
                .with(
                        "1_uuid.java",
                        up("db().getCollection(\"a\").aggregate(List.of(new Document(\"$group\","
                                + " new Document(\"m\", new Document(\"$toUUID\", \"$a\"))))).first();"));
        project.run("lint").exits(0).neverSays("M507");
        project.run("lint", "--target-version", "7.0")
                .exits(7)
                .says("error M507  $toUUID needs MongoDB 8.0, and the server has 7.0");
        project.run("lint", "--target-version", "8.0").exits(0);
        project.run("lint", "--target-version", "new").exits(2).says("new is not a version");
        if (version.startsWith("6.")) {
            project.run("lint", "--database").exits(7).says("and the server has " + version);
        }
        project.entry("@Override protected void lint(LintRules rules) { rules.targetVersion(\"5\"); }")
                .run("lint", "--database")
                .exits(7)
                .says("and the server has 5\n");
    }

    @Test
    void aQuestionThatTakesTooLongIsReportedAsSuch(MongoServer server) {
        var project = shop(server).with("1_email.java", up(UNIQUE_EMAIL));
        server.failing("users", "aggregate").times(1).withError(50);
        project.run("lint", "--database").exits(0).says("info M202  not checked: ", "by hand");
    }

    @Test
    void aDatabaseThatDoesNotRespondIsAnError() {
        Project.withoutServer()
                .environment("MONGO_URI", "mongodb://127.0.0.1:1/app")
                .environment("MONGO_CONNECT_TIMEOUT", "1s")
                .with("1_email.java", up(UNIQUE_EMAIL))
                .run("lint", "--database", "1")
                .exits(6);
    }
}

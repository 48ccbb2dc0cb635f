package unit.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the rules find, and above all what they do not. */
class RulesTest {
    private static final String USERS = "db().getCollection(\"users\").";

    private static String up(String statements) {
        return "static void up() throws Exception {\n" + statements + "\n}";
    }

    private static String inSession(String statements) {
        return "static void up(MongoDatabase db, ClientSession session) {\n" + statements + "\n}";
    }

    private static void finds(String rule, String... members) {
        each(members).forEach((name, rules) -> assertThat(rules).as(name).contains(rule));
    }

    private static void neverFinds(String rule, String... members) {
        each(members).forEach((name, rules) -> assertThat(rules).as(name).doesNotContain(rule));
    }

    private static Map<String, List<String>> each(String... members) {
        Map<String, String> sources = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i++) {
            sources.put(i + 1 + "_step", members[i]);
        }
        return LintSources.rules(sources);
    }

    @Test
    void dropsAreFoundHoweverTheyAreWritten() {
        finds(
                "M101",
                up(USERS + "drop();"),
                up("db().drop();"),
                up("MongoCollection<Document> c = db().getCollection(\"a\"); c.drop();"),
                up("db().runCommand(new Document(\"drop\", \"users\"));"),
                up("db().runCommand(Document.parse(\"{dropDatabase: 1}\"));"),
                up("helper();") + "\nstatic void helper() { " + USERS + "drop(); }",
                up("List.of(\"a\").forEach(name -> db().getCollection(name).drop());"));
    }

    @Test
    void aRollbackMayDropWhatUpHasMade() {
        neverFinds(
                "M101",
                up("db().createCollection(\"users\");") + "\nstatic void down() { " + USERS + "drop(); }",
                up("db().createCollection(\"users\");") + "\nstatic void down() { undo(); }\nstatic void undo() { "
                        + USERS + "drop(); }",
                up("db().createCollection(\"tmp\"); db().getCollection(\"tmp\").drop();"));
    }

    @Test
    void emptyFiltersAreFoundInVariablesAndConstants() {
        finds(
                "M102",
                up(USERS + "deleteMany(new Document());"),
                up(USERS + "deleteMany(empty());"),
                up(USERS + "deleteMany(new BasicDBObject());"),
                up(USERS + "deleteMany(Document.parse(\"{}\"));"),
                up("Bson all = new Document(); " + USERS + "deleteMany(all);"),
                "static final Bson ALL = empty();\n" + up(USERS + "deleteMany(ALL);"));
        neverFinds(
                "M102",
                up(USERS + "deleteMany(eq(\"a\", 1));"),
                up(USERS + "deleteMany(new Document(\"a\", 1));"),
                up("Document some = new Document(); some.put(\"a\", 1); " + USERS + "deleteMany(some);"),
                up("Bson some = new Document(); some = eq(\"a\", 1); " + USERS + "deleteMany(some);"),
                up(USERS + "deleteMany(new Document() {{ put(\"a\", 1); }});"));
    }

    @Test
    void callsWithoutTheSessionAreFoundInAllThatATransactionCalls() {
        finds(
                "M302",
                inSession("db.getCollection(\"users\").deleteOne(eq(\"a\", 1));"),
                inSession("db.getCollection(\"users\").find().first();"),
                inSession("helper(db);")
                        + "\n"
                        + "static void helper(MongoDatabase db) { db.getCollection(\"a\").insertOne(new Document());"
                        + " }",
                inSession("db.getCollection(\"users\").find(session).forEach(one ->"
                        + " db.getCollection(\"a\").insertOne(one));"),
                up("try (ClientSession s = client().startSession()) {" + " s.withTransaction(() -> " + USERS
                        + "insertOne(new Document())); }"));
    }

    @Test
    void callsThatNeedNoSessionAreNotFound() {
        neverFinds(
                "M302",
                inSession("db.getCollection(\"users\").insertOne(session, new Document());"),
                inSession("db.getCollection(\"users\").estimatedDocumentCount();"),
                inSession("db.listCollectionNames().into(new ArrayList<>());"),
                inSession("log(db.getName());"),
                inSession("db.getCollection(\"a\").insertOne(session, new Document());")
                        + "\nstatic void down() { db().getCollection(\"a\").deleteOne(new Document(\"a\", 1)); }");
    }

    @Test
    void commandsThatTheServerRefusesInTransactionsAreFound() {
        finds(
                "M303",
                inSession("db.getCollection(\"users\").drop(session);"),
                inSession("db.getCollection(\"users\").dropIndex(session, \"a_1\");"),
                inSession("db.runCommand(session, new Document(\"collMod\", \"users\"));"),
                inSession("db.getCollection(\"users\").aggregate(session, List.of(out(\"b\"))).toCollection();"));
        neverFinds(
                "M303",
                inSession("db.createCollection(session, \"users\");"
                        + " db.getCollection(\"users\").createIndex(session, Indexes.ascending(\"a\"));"),
                inSession("db.getCollection(\"users\").insertOne(session, new Document());"),
                up(USERS + "createIndex(Indexes.ascending(\"a\"));"));
    }

    @Test
    void swallowedErrorsAreFound() {
        finds(
                "M306",
                up("try { " + USERS + "insertOne(new Document()); } catch (Exception e) { }"),
                up("try { " + USERS + "insertOne(new Document()); } catch (MongoWriteException e) {"
                        + " System.err.println(e); }"),
                up("for (Document d : List.of(new Document())) { try { " + USERS
                        + "insertOne(d); } catch (RuntimeException e) { e.printStackTrace(); continue; } }"));
        neverFinds(
                "M306",
                up("try { " + USERS + "insertOne(new Document()); } catch (MongoException e) { throw e; }"),
                up("try { " + USERS + "insertOne(new Document()); } catch (MongoException e) {"
                        + " if (e.getCode() != 11000) throw e; }"),
                up("try { " + USERS + "dropIndex(\"a_1\"); } catch (MongoCommandException e) { log(\"no index\"); }"),
                up("try { Integer.parseInt(\"x\"); } catch (NumberFormatException e) { log(\"x\"); } " + USERS
                        + "insertOne(new Document());"));
    }

    @Test
    void changesOfAllDocumentsAreFoundOutsideOfTransactions() {
        String all = ".updateMany(%sexists(\"a\", false), set(\"a\", 1));";
        finds("M103", up("db().getCollection(\"users\")" + all.formatted("")));
        neverFinds(
                "M103",
                inSession("db.getCollection(\"users\")" + all.formatted("session, ")),
                up(USERS + "updateMany(eq(\"a\", 1), set(\"b\", 1));"),
                up(USERS + "insertOne(new Document());") + "\nstatic void down() { db().getCollection(\"users\")"
                        + all.formatted("") + " }");
    }

    @Test
    void valuesThatAreComputedOnceAreFound() {
        finds(
                "M501",
                up(USERS + "updateMany(exists(\"t\", false), set(\"t\", new ObjectId()));"),
                up("String t = UUID.randomUUID().toString(); " + USERS
                        + "updateMany(exists(\"t\", false), new Document(\"$set\", new Document(\"t\", t)));"),
                up("backfill(\"users\").update(new Document(\"$set\", new Document(\"t\", Math.random()))).run();"));
        neverFinds(
                "M501",
                up("for (String team : List.of(\"a\", \"b\")) { " + USERS
                        + "updateMany(eq(\"team\", team), set(\"t\", new ObjectId())); }"),
                up("ObjectId team = new ObjectId(); db().getCollection(\"teams\").insertOne(new Document(\"_id\","
                        + " team)); " + USERS + "updateMany(eq(\"team\", \"a\"), set(\"team\", team));"),
                up(USERS + "updateMany(eq(\"_id\", 1), set(\"t\", new ObjectId()));"),
                up(USERS + "updateMany(eq(\"a\", 1), set(\"t\", new ObjectId(\"507f1f77bcf86cd799439011\")));"),
                up("backfill(\"users\").each(user -> set(\"t\", UUID.randomUUID().toString())).run();"));
    }

    @Test
    void fieldPathsOutsideOfAPipelineAreFound() {
        finds(
                "M503",
                up(USERS + "updateMany(eq(\"a\", 1), set(\"b\", \"$a\"));"),
                up(USERS + "updateMany(eq(\"a\", 1), combine(set(\"c\", 1), set(\"b\", \"$a.x\")));"),
                up(USERS + "updateMany(eq(\"a\", 1), new Document(\"$set\", new Document(\"b\", \"$a\")));"),
                up(USERS + "updateMany(eq(\"a\", 1), Document.parse(\"{$set: {b: '$a'}}\"));"),
                up(USERS + "bulkWrite(List.of(new UpdateOneModel<>(eq(\"a\", 1), set(\"b\", \"$$NOW\"))));"));
        neverFinds(
                "M503",
                up(USERS + "updateMany(eq(\"a\", 1), List.of(set(\"b\", \"$a\")));"),
                up(USERS + "updateMany(eq(\"a\", 1), List.of(new Document(\"$set\", new Document(\"b\", \"$a\"))));"),
                up(USERS + "updateMany(eq(\"a\", 1), set(\"price\", \"$100\"));"),
                up(USERS + "updateMany(eq(\"a\", 1), set(\"hash\", \"$2a$10$abc\"));"),
                up("backfill(\"users\").update(set(new Field<>(\"b\", \"$a\"))).run();"));
    }

    @Test
    void writesInLoopsOverQueriesAreFound() {
        String body = "{ " + USERS + "updateOne(eq(\"_id\", d.get(\"_id\")), set(\"a\", 1)); }";
        finds(
                "M105",
                up(USERS + "find().forEach(d -> " + body + ");"),
                up("for (Document d : " + USERS + "find().into(new ArrayList<>())) " + body),
                up("var found = " + USERS + "find(); for (Document d : found) " + body),
                up("var cursor = " + USERS
                        + "find().iterator(); while (cursor.hasNext()) { Document d = cursor.next(); " + body + " }"));
        neverFinds(
                "M105",
                up("for (Document d : List.of(new Document())) " + body),
                up("for (Document d : " + USERS + "find().limit(10)) " + body),
                up("List<WriteModel<Document>> all = new ArrayList<>(); for (Document d : " + USERS
                        + "find()) { all.add(new InsertOneModel<>(d)); } " + USERS + "bulkWrite(all);"));
    }

    @Test
    void whatDependsOnTheMachineIsFound() {
        finds(
                "M502",
                up(USERS + "insertOne(new Document(\"at\", LocalDateTime.now()));"),
                up("ZoneId zone = ZoneId.systemDefault(); " + USERS + "insertOne(new Document(\"z\", zone.getId()));"),
                up("java.nio.file.Files.readString(java.nio.file.Path.of(\"users.json\"));"),
                up("new java.net.URL(\"http://localhost/\").openStream().close();"));
        neverFinds(
                "M502",
                up(USERS + "insertOne(new Document(\"at\", Instant.now()));"),
                up(USERS
                        + "insertOne(new Document(\"at\", new Date()).append(\"day\","
                        + " LocalDate.now(ZoneOffset.UTC)));"),
                up("java.nio.file.Files.readString(file(\"users.json\"));"),
                up("var path = home().resolve(\"data\").resolve(\"users.json\");"
                        + " java.nio.file.Files.lines(path).close();"),
                up("log(System.getenv(\"REGION\"));"));
    }

    @Test
    void whatIsNewerThanTheTargetIsFoundAsAKeyOnly() {
        finds(
                "M507",
                up(USERS + "aggregate(List.of(new Document(\"$densify\", new Document()))).first();"),
                up(USERS
                        + "aggregate(List.of(densify(\"a\","
                        + " com.mongodb.client.model.densify.DensifyRange.fullRangeWithStep(1)))).first();"),
                up("backfill(\"users\").update(new Document(\"$set\", Document.parse(\"{a: {$topN: {n:"
                        + " 2}}}\"))).run();"),
                up("db().runCommand(Document.parse(\"{collMod: 'users', 'prepareUnique': true}\"));"),
                up("client().bulkWrite(List.of());"));
        neverFinds(
                "M507",
                up(USERS + "aggregate(List.of(new Document(\"$getField\", \"$top\"))).first();"),
                up(USERS + "updateMany(eq(\"a\", 1), new Document(\"$set\", new Document(\"a\", \"$fill: 1\")));"),
                up(USERS + "bulkWrite(List.of());"),
                up(USERS + "aggregate(List.of(unionWith(\"other\", List.of()))).first();"));
    }
}

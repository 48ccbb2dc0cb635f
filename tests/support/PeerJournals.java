package support;

import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;
import org.bson.types.ObjectId;

/** Journals as other tools write them, with what they say. */
public final class PeerJournals {
    private PeerJournals() {}

    /**
     * A journal.
     *
     * @param tool as {@code adopt --from} calls it
     * @param collection its default collection
     * @param applied the names and numbers of what it has applied
     */
    public record PeerFixture(String tool, String collection, List<Document> documents, Map<String, Long> applied) {
        /** Writes it into the test's database. */
        public void into(MongoServer server) {
            server.collection(collection).insertMany(documents);
        }

        @Override
        public String toString() {
            return tool + " " + applied.keySet();
        }
    }

    /** Returns a time in 2023, so many days after the first of May. */
    public static Date day(int days) {
        return Date.from(Instant.parse("2023-05-01T10:00:00Z").plusSeconds(days * 86_400L));
    }

    /** Returns a journal of each tool, and of some tools that of an older version, too. */
    public static List<PeerFixture> all() {
        return List.of(
                migrateMongo(),
                mongock5(),
                mongock4(),
                flamingock(),
                flamingockOf2025(),
                liquibase(),
                flyway(),
                golangMigrate(),
                mongoMigrateTs(),
                tsMigrateMongoose(),
                mongodbMigrationsNpm(),
                mongodbMigrationsPypi(),
                pymongoMigrate(),
                pythonMigopy(),
                beanie());
    }

    private static Document with(Object... fields) {
        Document document = new Document("_id", new ObjectId());
        for (int i = 0; i < fields.length; i += 2) {
            document.append((String) fields[i], fields[i + 1]);
        }
        return document;
    }

    private static Document parsed(String fields) {
        Document document = with();
        document.putAll(Document.parse("{" + fields + "}"));
        return document;
    }

    private static Map<String, Long> names(Object... namesAndNumbers) {
        Map<String, Long> names = new TreeMap<>();
        for (int i = 0; i < namesAndNumbers.length; i += 2) {
            names.put((String) namesAndNumbers[i], (Long) namesAndNumbers[i + 1]);
        }
        return names;
    }

    private static PeerFixture migrateMongo() {
        String hash = "f8f3c3b4b0e1f6f4a7f6dcb0b1b7b1b5a4a2c3d1e0f9a8b7c6d5e4f3a2b1c0d9";
        return new PeerFixture(
                "migrate-mongo",
                "changelog",
                List.of(
                        with("fileName", "20230401101500-add_users.js", "appliedAt", day(1), "migrationBlock", 1.0),
                        // Merged late: it was applied after a newer one.
                        with("fileName", "20230405101500-emails.js", "appliedAt", day(2), "migrationBlock", 2L),
                        with("fileName", "20230404101500-names.ts", "fileHash", hash, "appliedAt", day(3))),
                names(
                        "20230401101500-add_users", 20230401101500L,
                        "20230404101500-names", 20230404101500L,
                        "20230405101500-emails", 20230405101500L));
    }

    private static Document mongock(String change, int at, String state, String type, Object millis) {
        return parsed("""
            author: "mongock", changeLogClass: "com.example.Change", changeSetMethod: "execution", metadata: {},
            executionHostname: "laptop", errorTrace: null\
            """)
                .append("executionId", "2023-05-01T10:00:00.1-" + at)
                .append("changeId", change)
                .append("timestamp", day(at))
                .append("state", state)
                .append("type", type)
                .append("executionMillis", millis)
                .append("systemChange", change.startsWith("system"));
    }

    private static PeerFixture mongock5() {
        return new PeerFixture(
                "mongock",
                "mongockChangeLog",
                List.of(
                        mongock("system-change-00001", 0, "EXECUTED", "EXECUTION", 3L),
                        mongock("client-initializer_before", 1, "EXECUTED", "BEFORE_EXECUTION", 3L),
                        mongock("client-initializer", 1, "EXECUTED", "EXECUTION", 12),
                        mongock("client-initializer", 2, "IGNORED", "EXECUTION", 12),
                        mongock("client-updater", 2, "FAILED", "EXECUTION", 5L),
                        mongock("client-updater", 3, "EXECUTED", "EXECUTION", 5.0),
                        mongock("undone", 3, "EXECUTED", "EXECUTION", 5L),
                        mongock("undone", 4, "ROLLED_BACK", "EXECUTION", 5L)),
                names("client-initializer", 20230502100000L, "client-updater", 20230504100000L));
    }

    private static Document mongock4(String change, String author, int at) {
        return parsed("executionId: \"a\", changeLogClass: \"Change\", changeSetMethod: \"one\", metadata: {}")
                .append("changeId", change)
                .append("author", author)
                .append("timestamp", day(at));
    }

    private static PeerFixture mongock4() {
        return new PeerFixture(
                "mongock",
                "mongockChangeLog",
                List.of(mongock4("one", "ada", 1), mongock4("two", "ada", 2), mongock4("two", "bob", 3)),
                names("one", 20230502100000L, "two::ada", 20230503100000L, "two::bob", 20230504100000L));
    }

    private static Document flamingock(String change, Date at, String state, String order) {
        return parsed("""
            executionId: "x", stageId: "stage-1", author: "ada", type: "STANDARD_CODE",
            invokedClass: "com.example.Change", invokedMethod: "apply", sourceFile: null, metadata: null,
            executionMillis: 12, executionHostname: "laptop", errorTrace: null, systemChange: false,
            txStrategy: "TX_SHARED", targetSystemId: "mongodb", recoveryStrategy: "MANUAL_INTERVENTION",
            transactionFlag: true\
            """)
                .append("changeId", change)
                .append("createdAt", at)
                .append("state", state)
                .append("changeOrder", order);
    }

    private static PeerFixture flamingock() {
        return new PeerFixture(
                "flamingock",
                "flamingockAuditLog",
                List.of(
                        flamingock("create-users", day(1), "STARTED", "0001"),
                        flamingock("create-users", day(1), "APPLIED", "0001"),
                        flamingock("by-hand", day(2), "FAILED", "0002"),
                        flamingock("by-hand", day(3), "MANUAL_MARKED_AS_APPLIED", "0002"),
                        flamingock("undone", day(2), "APPLIED", "0003"),
                        flamingock("undone", day(3), "ROLLED_BACK", "0003")),
                names("create-users", 20230502100000L, "by-hand", 20230504100000L));
    }

    private static Document flamingockOf2025(int at, String state) {
        return parsed("""
            executionId: "x", stageId: "stage-1", changeId: "create-users", author: "ada", type: "STANDARD_CODE",
            changeClass: "C", invokedMethod: "apply", order: "0001", executionMillis: 1\
            """).append("timestamp", day(at)).append("state", state);
    }

    private static PeerFixture flamingockOf2025() {
        return new PeerFixture(
                "flamingock",
                "flamingockAuditLog",
                List.of(flamingockOf2025(1, "STARTED"), flamingockOf2025(2, "APPLIED")),
                names("create-users", 20230503100000L));
    }

    private static Document liquibase(String id, int order, String execType) {
        return parsed("""
            fileName: "db/changelog.xml", author: "ada", md5sum: "9:60b725f10c9c85c70d97880dfe8191b3", tag: null,
            description: "createCollection", comments: "", contexts: null, labels: null,
            liquibase: "4.31.1", deploymentId: null\
            """)
                .append("id", id)
                .append("dateExecuted", day(order))
                .append("execType", execType)
                .append("orderExecuted", order);
    }

    private static PeerFixture liquibase() {
        return new PeerFixture(
                "liquibase",
                "DATABASECHANGELOG",
                List.of(liquibase("10", 2, "RERAN"), liquibase("9", 1, "EXECUTED"), liquibase("8", 3, "MARK_RAN")),
                names(
                        "db/changelog.xml::9::ada", 20230502100000L,
                        "db/changelog.xml::10::ada", 20230503100000L,
                        "db/changelog.xml::8::ada", 20230504100000L));
    }

    private static Document flyway(int rank, String version, String type, String script, boolean success) {
        return parsed("description: \"x\", checksum: 12345, installed_by: \"ada\", execution_time: 12")
                .append("installed_rank", rank)
                .append("version", version)
                .append("type", type)
                .append("script", script)
                .append("installed_on", "2023-05-01 10:00:0" + rank + ".123")
                .append("success", success);
    }

    private static PeerFixture flyway() {
        return new PeerFixture(
                "flyway",
                "flyway_schema_history",
                List.of(
                        flyway(1, "1", "BASELINE", "<< Flyway Baseline >>", true),
                        flyway(2, "2", "SCRIPT", "V2__add_users.js", true),
                        flyway(3, "3", "SCRIPT", "V3__emails.js", true),
                        flyway(4, "3", "UNDO_SCRIPT", "U3__emails.js", true),
                        flyway(5, null, "SCRIPT", "R__views.js", true),
                        flyway(6, "4", "SCRIPT", "V4__names.js", true),
                        flyway(7, "4", "DELETE", "V4__names.js", true),
                        flyway(8, "4", "SCRIPT", "sub/V4__names.js", true)),
                names("1_baseline", 1L, "2__add_users", 2L, "4__names", 4L));
    }

    private static PeerFixture golangMigrate() {
        return new PeerFixture(
                "golang-migrate",
                "schema_migrations",
                List.of(with("version", 20230401101500L, "dirty", false)),
                names("golang-migrate_20230401101500", 20230401101500L));
    }

    private static PeerFixture mongoMigrateTs() {
        return new PeerFixture(
                "mongo-migrate-ts",
                "migrations_changelog",
                List.of(
                        with("file", "/app/1585933701415_b.ts", "className", "B1585933701415", "timestamp", 1.7e12),
                        with(
                                "file",
                                "/app/1585933701414_a.ts",
                                "className",
                                "A1585933701414",
                                "timestamp",
                                1700000000000L)),
                names("A1585933701414", 1585933701414L, "B1585933701415", 1585933701415L));
    }

    private static PeerFixture tsMigrateMongoose() {
        return new PeerFixture(
                "ts-migrate-mongoose",
                "migrations",
                List.of(
                        with("name", "add-users", "state", "up", "createdAt", day(1), "updatedAt", day(9)),
                        with("name", "not-yet", "state", "down", "createdAt", day(2), "updatedAt", day(9))),
                names(day(1).getTime() + "-add-users", day(1).getTime()));
    }

    private static PeerFixture mongodbMigrationsNpm() {
        return new PeerFixture(
                "mongodb-migrations-npm",
                "_migrations",
                List.of(with("id", "10-emails"), with("id", "9-add-users")),
                names("9-add-users", 9L, "10-emails", 10L));
    }

    private static PeerFixture mongodbMigrationsPypi() {
        return new PeerFixture(
                "mongodb-migrations-pypi",
                "database_migrations",
                List.of(
                        with("migration_datetime", "20160320180710", "created_at", day(1)),
                        with("migration_datetime", "20160321180710", "created_at", day(1))),
                names("20160320180710", 20160320180710L, "20160321180710", 20160321180710L));
    }

    private static PeerFixture pymongoMigrate() {
        return new PeerFixture(
                "pymongo-migrate",
                "pymongo_migrate",
                List.of(
                        with("name", "20230402_emails", "applied", day(2)),
                        with("name", "20230401_users", "applied", day(1)),
                        with("name", "20230403_undone", "applied", null)),
                names("20230401_users", 20230401L, "20230402_emails", 20230402L));
    }

    private static PeerFixture pythonMigopy() {
        return new PeerFixture(
                "python-migopy",
                "migrations",
                List.of(with("name", "10_emails.py"), with("name", "3_add_users.py")),
                names("3_add_users", 3L, "10_emails", 10L));
    }

    private static PeerFixture beanie() {
        return new PeerFixture(
                "beanie",
                "migrations_log",
                List.of(
                        with("ts", day(1), "name", "20210705_a.py", "is_current", false),
                        with("ts", day(2), "name", "20210706_b.py", "is_current", false),
                        with("ts", day(3), "name", "20210707_undone.py", "is_current", false),
                        with("ts", day(4), "name", "20210706_b.py", "is_current", true)),
                names("20210705_a", 20210705L, "20210706_b", 20210706L));
    }
}

package migopy.lint;

import java.util.List;
import migopy.report.Finding.Severity;

/** Rules that need the database: {@code lint --database}. */
final class DatabaseRules {
    static final LintRule LARGE = new LintRule(
            "M201",
            Severity.WARNING,
            "an index on a collection with more than 1,000,000 documents, in a migration that is not `@Resumable`",
            "A run that is stopped during the build leaves the migration interrupted, although the server builds on.",
            """
            static void up() {
                db().getCollection("orders").createIndex(Indexes.ascending("customer"));
            }
            """,
            """
            @Resumable
            class Step {
                static void up() {
                    db().getCollection("orders").createIndex(Indexes.ascending("customer"));
                }
            }
            """);

    static final LintRule DUPLICATES = new LintRule(
            "M202",
            Severity.ERROR,
            "a unique index on values that occur in several documents",
            "The server refuses to build it.",
            """
            static void up() {
                db().getCollection("users").createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
            }
            """,
            """
            static void up() {
                var users = db().getCollection("users");
                var seen = new HashSet<String>();
                for (Document user : users.find(exists("email")).sort(Sorts.ascending("_id")).limit(1000)) {
                    if (!seen.add(user.getString("email"))) {
                        users.deleteOne(eq("_id", user.get("_id")));
                    }
                }
                users.createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
            }
            """);

    static final LintRule SUPERFLUOUS = new LintRule(
            "M205",
            Severity.WARNING,
            "an index whose fields are the first ones of another index, or the 31st index of a collection",
            "Each index makes every write slower, and takes memory. A collection can have 64.",
            """
            static void up() {
                db().getCollection("orders").createIndex(Indexes.ascending("day"));
            }
            """,
            """
            static void up() {
                // Nothing: orders has the index day_1_customer_1.
                log(db().getCollection("orders").countDocuments(eq("day", "2026-11-30")) + " orders");
            }
            """);

    static final LintRule CONFLICT = new LintRule(
            "M206",
            Severity.ERROR,
            "an index that exists with other options, or under another name",
            "The server refuses to create it.",
            """
            static void up() {
                db().getCollection("orders").createIndex(
                        Indexes.ascending("day", "customer"), new IndexOptions().unique(true));
            }
            """,
            """
            static void up() {
                var orders = db().getCollection("orders");
                orders.dropIndex("day_1_customer_1"); // migopy:allow M108 replaced by a unique one
                orders.createIndex(Indexes.ascending("day", "customer"), new IndexOptions().unique(true));
            }
            """);

    static final LintRule INVALID = new LintRule(
            "M301",
            Severity.ERROR,
            "a validator that documents do not match",
            "The next update of such a document fails, whatever it changes.",
            """
            static void up() {
                db().runCommand(new Document("collMod", "users").append("validator", exists("name")));
            }
            """,
            """
            static void up() {
                backfill("users").where(exists("name", false)).update(set("name", "")).run();
                db().runCommand(new Document("collMod", "users").append("validator", exists("name")));
            }
            """);

    static final LintRule LARGE_TRANSACTION = new LintRule(
            "M304",
            Severity.WARNING,
            "a transaction that changes more than 10,000 documents",
            "The server aborts a transaction after 60 s, and keeps all of its changes in memory until then.",
            """
            static void up(MongoDatabase db, ClientSession session) {
                db.getCollection("users").updateMany(session, exists("plan", false), set("plan", "free"));
            }
            """,
            """
            static void up() {
                backfill("users").where(exists("plan", false)).update(set("plan", "free")).run();
            }
            """);

    static final LintRule UPSERT = new LintRule(
            "M308",
            Severity.INFO,
            "an upsert by fields that no unique index has",
            "If the application upserts the same document at that moment, both insert one.",
            """
            static void up() {
                db().getCollection("users")
                        .updateOne(eq("login", "root"), set("admin", true), new UpdateOptions().upsert(true));
            }
            """,
            """
            static void up() {
                db().getCollection("users")
                        .updateOne(eq("_id", "root"), set("admin", true), new UpdateOptions().upsert(true));
            }
            """);

    static final LintRule SEVERAL_MATCH = new LintRule(
            "M310",
            Severity.WARNING,
            "`updateOne`, `deleteOne` or the like with a filter that several documents match",
            "Which of them is changed depends on the index that the server chooses.",
            """
            static void up() {
                db().getCollection("users").updateOne(eq("email", "ada@example.com"), set("plan", "pro"));
            }
            """,
            """
            static void up() {
                db().getCollection("users").updateOne(eq("_id", 1), set("plan", "pro"));
            }
            """);

    static final List<LintRule> ALL =
            List.of(LARGE, DUPLICATES, SUPERFLUOUS, CONFLICT, INVALID, LARGE_TRANSACTION, UPSERT, SEVERAL_MATCH);

    /** Rules of the source that the database makes exact. */
    private static final List<LintRule> SHARED =
            List.of(BulkRules.AT_ONCE, DestructiveRules.DROP_INDEX, IndexRules.TTL);

    private DatabaseRules() {}

    /** Whether it depends on the database what the rule of this code finds, if a database is asked or not. */
    static boolean decides(String code, boolean asked) {
        return ALL.stream().anyMatch(one -> one.code().equals(code))
                || asked && SHARED.stream().anyMatch(one -> one.code().equals(code));
    }
}

package migopy.lint;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import migopy.report.Finding.Severity;

/** Rules for what removes or replaces data, names or indexes. What only a rollback runs is the inverse, and allowed. */
final class DestructiveRules {
    private static final LintRule DROP = new LintRule(
            "M101",
            Severity.ERROR,
            "`up()` drops a collection or the database",
            "The data is gone: a rollback cannot bring it back, and running instances of the application may still use"
                    + " it.",
            """
            static void up() {
                db().getCollection("carts").drop();
            }
            """,
            """
            static void up() {
                var carts = db().getCollection("carts");
                if (carts.estimatedDocumentCount() > 0) {
                    throw new IllegalStateException("carts is not empty");
                }
                carts.drop(); // migopy:allow M101 empty, and unused since release 41
            }
            """);

    private static final LintRule EMPTY = new LintRule(
            "M102",
            Severity.ERROR,
            "`deleteMany` with an empty filter",
            "Every document of the collection is deleted, also those that other code has inserted.",
            """
            static void up() {
                db().getCollection("carts").deleteMany(new Document());
            }
            """,
            """
            static void up() {
                db().getCollection("carts").deleteMany(eq("state", "abandoned"));
            }
            """);

    private static final LintRule RENAME = new LintRule(
            "M106",
            Severity.ERROR,
            "`up()` renames a collection",
            "Running instances of the application still use the old name, and create it again; change streams on it"
                    + " end.",
            """
            static void up() {
                var name = new MongoNamespace(db().getName(), "customers");
                db().getCollection("users").renameCollection(name);
            }
            """,
            """
            static void up() {
                backfill("users").each(user -> user).into("customers").run();
            }
            """);

    private static final LintRule OUT = new LintRule(
            "M107",
            Severity.WARNING,
            "`$out` replaces a collection",
            "If the target exists, all of its documents are replaced.",
            """
            static void up() {
                db().getCollection("orders")
                        .aggregate(List.of(match(eq("state", "paid")), out("paid_orders")))
                        .toCollection();
            }
            """,
            """
            static void up() {
                db().getCollection("orders")
                        .aggregate(List.of(match(eq("state", "paid")), merge("paid_orders")))
                        .toCollection();
            }
            """);

    static final LintRule DROP_INDEX = new LintRule(
            "M108",
            Severity.WARNING,
            "`up()` drops an index",
            "A query that needs it scans the collection from then on. A hidden index can be shown again at once.",
            """
            static void up() {
                db().getCollection("users").dropIndex("email_1");
            }
            """,
            """
            static void up() {
                db().runCommand(new Document("collMod", "users")
                        .append("index", new Document("name", "email_1").append("hidden", true)));
            }
            """);

    private static final LintRule DROP_INDEXES = new LintRule(
            "M109",
            Severity.ERROR,
            "`up()` drops all indexes of a collection",
            "Also those that other migrations or people have created, and unique ones.",
            """
            static void up() {
                db().getCollection("users").dropIndexes();
            }
            """,
            """
            static void up() {
                db().getCollection("users").dropIndex("email_1"); // migopy:allow M108 replaced by email_1_name_1
            }
            """);

    static final List<LintRule> ALL = List.of(DROP, EMPTY, RENAME, OUT, DROP_INDEX, DROP_INDEXES);

    private final SourceFacts facts;
    private final RuleReport report;

    /** The collections that the migration itself has made so far. */
    private final Set<String> made = new HashSet<>();

    private DestructiveRules(SourceFacts facts, RuleReport report) {
        this.facts = facts;
        this.report = report;
    }

    static void check(SourceFacts facts, RuleReport report) {
        DestructiveRules rules = new DestructiveRules(facts, report);
        facts.calls.forEach(rules::check);
    }

    private void check(SourceCall call) {
        if (call.is("createCollection", "create") && call.ofDatabase() && call.collection() != null) {
            made.add(call.collection());
        }
        if (call.is("deleteMany")
                && call.ofCollection()
                && call.argument(0) != null
                && BsonTree.isEmptyFilter(facts, call.argument(0))) {
            report.add(
                    EMPTY,
                    call,
                    "deleteMany(...) with an empty filter deletes every document" + of(call),
                    "Name what to delete: deleteMany(eq(\"state\", \"abandoned\"))");
        }
        if (!call.inDown()) {
            drops(call);
            replaces(call);
        }
    }

    private void drops(SourceCall call) {
        boolean ofDriver = call.ofCollection() || call.ofDatabase();
        if (ofDriver && call.is("drop", "dropDatabase")) {
            boolean database = call.is("dropDatabase") || call.ofDatabase() && call.collection() == null;
            if (database || !made.contains(call.collection())) {
                report.add(
                        DROP,
                        call,
                        database ? "drops the database" : "drops " + name(call),
                        "Check first that nothing needs it, then allow it: // migopy:allow M101 REASON");
            }
        } else if (ofDriver && call.is("renameCollection")) {
            report.add(
                    RENAME,
                    call,
                    "renames " + name(call) + ", which the running application still uses",
                    "Copy the documents, deploy, then drop the old collection in a later migration: "
                            + "backfill(\"%s\").each(one -> one).into(\"...\").run()".formatted(placeholder(call)));
        } else if (call.ofCollection() && call.is("dropIndexes")) {
            report.add(
                    DROP_INDEXES,
                    call,
                    "drops all indexes of " + name(call),
                    "Drop each by its name: dropIndex(\"email_1\")");
        } else if (ofDriver && call.is("dropIndex", "dropIndexes")) {
            report.add(DROP_INDEX, call, "drops an index of " + name(call), hideFirst(placeholder(call), "..."));
        }
    }

    static String hideFirst(String collection, String index) {
        return """
            Hide it first, and drop it in a later migration:
            db().runCommand(new Document("collMod", "%s")
                    .append("index", new Document("name", "%s").append("hidden", true)));\
            """.formatted(collection, index);
    }

    private void replaces(SourceCall call) {
        String target =
                call.is("out") && call.owner().equals("com.mongodb.client.model.Aggregates") ? call.text(0) : null;
        if (call.is("out") && call.owner().equals("com.mongodb.client.model.Aggregates")) {
            report.add(
                    OUT,
                    call,
                    "$out replaces " + (target == null ? "its target" : target) + " if it exists",
                    "Add to it instead: merge(\"%s\")".formatted(target == null ? "..." : target));
        }
    }

    private static String of(SourceCall call) {
        return call.collection() == null ? "" : " of " + call.collection();
    }

    private static String name(SourceCall call) {
        return call.collection() == null ? "a collection" : call.collection();
    }

    private static String placeholder(SourceCall call) {
        return call.collection() == null ? "..." : call.collection();
    }
}

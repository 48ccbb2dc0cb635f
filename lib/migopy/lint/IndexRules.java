package migopy.lint;

import com.sun.source.util.TreePath;
import java.util.List;
import migopy.report.Finding.Severity;

/** Rules for indexes. */
final class IndexRules {
    static final LintRule TTL = new LintRule(
            "M110",
            Severity.WARNING,
            "a TTL index",
            "The server starts to delete all documents that are already past it within a minute.",
            """
            static void up() {
                db().getCollection("sessions")
                        .createIndex(Indexes.ascending("seenAt"), new IndexOptions().expireAfter(1L, TimeUnit.DAYS));
            }
            """,
            """
            static void up() {
                backfill("sessions").where(lt("seenAt", Date.from(Instant.now().minus(1, ChronoUnit.DAYS)))).delete().run();
                db().getCollection("sessions") // migopy:allow M110 old documents are deleted above
                        .createIndex(Indexes.ascending("seenAt"), new IndexOptions().expireAfter(1L, TimeUnit.DAYS));
            }
            """);

    private static final LintRule BACKGROUND = new LintRule(
            "M204",
            Severity.INFO,
            "`background(true)`",
            "The server has ignored it since version 4.2: every index is built without blocking the collection.",
            """
            static void up() {
                db().getCollection("users").createIndex(Indexes.ascending("email"), new IndexOptions().background(true));
            }
            """,
            """
            static void up() {
                db().getCollection("users").createIndex(Indexes.ascending("email"));
            }
            """);

    private static final LintRule SEARCH = new LintRule(
            "M207",
            Severity.WARNING,
            "a search index that nothing waits for",
            "The call returns before the index is built, and queries find nothing until then.",
            """
            static void up() {
                db().getCollection("users").createSearchIndex("names", Document.parse("{mappings: {dynamic: true}}"));
            }
            """,
            """
            static void up() throws InterruptedException {
                var users = db().getCollection("users");
                users.createSearchIndex("names", Document.parse("{mappings: {dynamic: true}}"));
                for (int i = 0; i < 600 && !users.listSearchIndexes().name("names").first().getBoolean("queryable"); i++) {
                    Thread.sleep(1000);
                }
            }
            """);

    static final List<LintRule> ALL = List.of(TTL, BACKGROUND, SEARCH);

    private IndexRules() {}

    static void check(SourceFacts facts, RuleReport report) {
        for (SourceCall call : facts.calls) {
            boolean options = call.owner().equals("com.mongodb.client.model.IndexOptions");
            if (options && call.is("expireAfter") && !call.inDown() && !isOnNewCollection(facts, call.path())) {
                report.add(
                        TTL,
                        call,
                        "expireAfter(...) deletes documents that are already older, all within minutes",
                        deleteFirst("...", "..."));
            } else if (options && call.is("background")) {
                report.add(BACKGROUND, call, "background(...) has no effect", "Leave it out");
            } else if (call.ofCollection()
                    && call.is("createSearchIndex", "createSearchIndexes", "updateSearchIndex")
                    && facts.calls.stream().noneMatch(one -> one.is("listSearchIndexes"))) {
                report.add(
                        SEARCH,
                        call,
                        call.method() + "(...) returns before the index is built",
                        "Wait until listSearchIndexes().name(\"...\").first() is queryable");
            }
        }
    }

    static String deleteFirst(String collection, String field) {
        return "Delete them in batches first: backfill(\"%s\").where(lt(\"%s\", limit)).delete().run()"
                .formatted(collection, field);
    }

    /** Whether the index is on a collection that the migration itself creates. */
    private static boolean isOnNewCollection(SourceFacts facts, TreePath options) {
        String collection = null;
        for (SourceCall call : facts.calls) {
            if (call.is("createIndex") && facts.isIn(call.path().getLeaf(), options)) {
                collection = call.collection();
            }
        }
        String wanted = collection;
        return wanted != null && facts.calls.stream().anyMatch(call -> call.is("createCollection") && call.on(wanted));
    }
}

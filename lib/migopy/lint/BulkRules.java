package migopy.lint;

import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.WhileLoopTree;
import com.sun.source.util.TreePath;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import migopy.report.Finding.Severity;

/** Rules for changes and queries of many documents. */
final class BulkRules {
    static final LintRule AT_ONCE = new LintRule(
            "M103",
            Severity.INFO,
            "`updateMany` of all documents, or of all without a field, outside of `backfill`",
            "It is one long operation: it cannot continue after a stop, and secondaries may lag behind.",
            """
            static void up() {
                db().getCollection("users").updateMany(exists("status", false), set("status", "active"));
            }
            """,
            """
            static void up() {
                backfill("users").where(exists("status", false)).update(set("status", "active")).run();
            }
            """);

    private static final LintRule ONE_BY_ONE = new LintRule(
            "M105",
            Severity.WARNING,
            "a loop over a query writes one document a turn",
            "Each document costs a round trip, and the loop starts again from the beginning after a stop.",
            """
            static void up() {
                var users = db().getCollection("users");
                for (Document user : users.find(exists("slug", false))) {
                    users.updateOne(eq("_id", user.get("_id")), set("slug", user.getString("name").toLowerCase()));
                }
            }
            """,
            """
            static void up() {
                backfill("users")
                        .where(exists("slug", false))
                        .each(user -> set("slug", user.getString("name").toLowerCase()))
                        .run();
            }
            """);

    private static final LintRule NO_TIMEOUT = new LintRule(
            "M208",
            Severity.WARNING,
            "`noCursorTimeout(true)`",
            "The server session of the cursor ends after 30 minutes all the same, and the cursor with it.",
            """
            static void up() {
                for (Document user : db().getCollection("users").find().noCursorTimeout(true)) {
                    log(user.getString("name"));
                }
            }
            """,
            """
            static void up() {
                backfill("users").each(user -> set("slug", user.getString("name").toLowerCase())).run();
            }
            """);

    private static final LintRule SKIPPING = new LintRule(
            "M209",
            Severity.WARNING,
            "`skip(n)` in a loop, or JavaScript in the server (`$where`, `mapReduce`, `$function`)",
            "`skip` reads all that it skips, so a page is slower than the one before. JavaScript uses no index, and"
                    + " may be disabled.",
            """
            static void up() {
                for (int page = 0; page < 100; page++) {
                    for (Document user : db().getCollection("users").find().skip(page * 1000).limit(1000)) {
                        log(user.getString("name"));
                    }
                }
            }
            """,
            """
            static void up() {
                for (Document user : db().getCollection("users").find().batchSize(1000)) {
                    log(user.getString("name"));
                }
            }
            """);

    static final List<LintRule> ALL = List.of(AT_ONCE, ONE_BY_ONE, NO_TIMEOUT, SKIPPING);

    private static final String ITERABLE = "com.mongodb.client.MongoIterable";
    private static final String CURSOR = "com.mongodb.client.MongoCursor";

    private static final Set<String> SINGLE = Set.of(
            "insertOne",
            "updateOne",
            "replaceOne",
            "deleteOne",
            "findOneAndUpdate",
            "findOneAndReplace",
            "findOneAndDelete");

    private static final Set<String> JAVASCRIPT = Set.of("$where", "$function", "$accumulator");

    private final SourceFacts facts;
    private final RuleReport report;
    private final Set<Tree> reported = new HashSet<>();

    private BulkRules(SourceFacts facts, RuleReport report) {
        this.facts = facts;
        this.report = report;
    }

    static void check(SourceFacts facts, RuleReport report) {
        BulkRules rules = new BulkRules(facts, report);
        for (SourceCall call : facts.calls) {
            rules.atOnce(call);
            rules.oneByOne(call);
            rules.cursor(call);
        }
        for (TreePath made : facts.created) {
            if (BsonTree.isDocument(facts, made)) {
                BsonTree.entries(facts, made).forEach(entry -> rules.javascript(made, entry.key()));
            }
        }
    }

    private void atOnce(SourceCall call) {
        if (!call.ofCollection()
                || !call.is("updateMany")
                || call.argument(1) == null
                || call.inDown()
                || call.inTransaction()) {
            return;
        }
        TreePath filter = call.argument(0);
        String field = BsonTree.missingField(facts, filter);
        if (field == null && !BsonTree.isEmptyFilter(facts, filter)) {
            return;
        }
        String collection = call.collection() == null ? "..." : call.collection();
        report.add(
                AT_ONCE,
                call,
                field == null
                        ? "changes every document of the collection in one operation"
                        : "changes every document without " + field + " in one operation",
                "backfill(\"%s\")%s.update(...).run()"
                        .formatted(collection, field == null ? "" : ".where(exists(\"%s\", false))".formatted(field)));
    }

    private void oneByOne(SourceCall call) {
        Tree loop = call.ofCollection() && SINGLE.contains(call.method()) ? queryLoop(call.path()) : null;
        if (loop == null || !reported.add(loop) || call.inDown()) {
            return;
        }
        String collection = call.collection() == null ? "..." : call.collection();
        report.add(
                ONE_BY_ONE,
                call,
                call.method() + "(...) is called once for each document of a query",
                call.inTransaction()
                        ? "Collect the changes, and write them together: bulkWrite(session, List.of(...))"
                        : "backfill(\"%s\").where(...).each(document -> set(\"...\", ...)).run()"
                                .formatted(collection));
    }

    /** Returns the loop over the documents of a query around a place, or null. */
    private Tree queryLoop(TreePath path) {
        for (TreePath at = path; at != null && !(at.getLeaf() instanceof MethodTree); at = at.getParentPath()) {
            Tree leaf = at.getLeaf();
            if (leaf instanceof EnhancedForLoopTree loop && isQuery(new TreePath(at, loop.getExpression()))) {
                return loop;
            }
            if (leaf instanceof WhileLoopTree loop
                    && loop.getCondition().toString().contains("hasNext()")) {
                String variable = loop.getCondition().toString().replaceAll("[()]|\\.hasNext", "");
                if (isCursor(at, variable)) {
                    return loop;
                }
            }
            if (leaf instanceof LambdaExpressionTree && at.getParentPath().getLeaf() instanceof MethodInvocationTree) {
                SourceCall call = SourceCall.of(facts, at.getParentPath());
                if (call != null && call.is("forEach") && call.receiver() != null && isQuery(call.receiver())) {
                    return leaf;
                }
            }
        }
        return null;
    }

    /** Whether a variable that the loop's condition names is a cursor of the driver. */
    private boolean isCursor(TreePath loop, String variable) {
        return facts.calls.stream()
                .filter(call -> call.is("hasNext") && call.receiver() != null)
                .filter(call -> call.receiver().getLeaf().toString().equals(variable))
                .anyMatch(call -> facts.isIn(loop.getLeaf(), call.path()) && facts.isA(call.receiver(), CURSOR));
    }

    /** Whether it is an unlimited query of documents, or a list of its results. */
    private boolean isQuery(TreePath expression) {
        TreePath value = facts.value(expression);
        boolean query = facts.isA(expression, ITERABLE);
        for (TreePath at = value; at != null && at.getLeaf() instanceof MethodInvocationTree; ) {
            SourceCall call = SourceCall.of(facts, at);
            if (call == null || call.is("limit") || call.is("distinct", "listIndexes", "listCollections")) {
                return false;
            }
            query |= call.is("find", "aggregate") && call.ofCollection();
            if (call.receiver() == null || call.ofCollection() || call.ofDatabase()) {
                return query;
            }
            at = facts.value(call.receiver());
        }
        return query;
    }

    private void cursor(SourceCall call) {
        if (call.is("noCursorTimeout")
                && call.argument(0) != null
                && call.argument(0).getLeaf() instanceof LiteralTree literal
                && Boolean.TRUE.equals(literal.getValue())) {
            report.add(
                    NO_TIMEOUT,
                    call,
                    "noCursorTimeout(true) does not keep a cursor open for more than 30 minutes",
                    "Use backfill(...), which reads in batches along _id");
        }
        if (call.is("skip")
                && call.argument(0) != null
                && !(facts.value(call.argument(0)).getLeaf() instanceof LiteralTree)
                && call.owner().startsWith("com.mongodb.client.")
                && isInLoop(call.path())) {
            report.add(
                    SKIPPING,
                    call,
                    "skip(...) in a loop reads all documents that it skips, each time",
                    "Read the query once, without skip: it is sent in batches. Or use backfill(...)");
        }
        if (call.is("mapReduce") && call.ofCollection()
                || call.is("where") && call.owner().equals("com.mongodb.client.model.Filters")) {
            javascript(call.path(), call.is("where") ? "$where" : "mapReduce");
        } else if (call.is("append", "put") && call.receiver() != null && call.text(0) != null) {
            javascript(call.path(), call.text(0));
        }
    }

    private void javascript(TreePath path, String name) {
        if (JAVASCRIPT.contains(name) || name.equals("mapReduce")) {
            report.add(
                    SKIPPING,
                    path,
                    name + " runs JavaScript in the server",
                    "Write it with operators: expr(...), or an aggregation");
        }
    }

    private static boolean isInLoop(TreePath path) {
        TreePath at = path;
        while (at != null && !(at.getLeaf() instanceof MethodTree)) {
            Tree leaf = at.getLeaf();
            if (leaf instanceof WhileLoopTree
                    || leaf instanceof ForLoopTree
                    || leaf instanceof com.sun.source.tree.DoWhileLoopTree) {
                return true;
            }
            at = at.getParentPath();
        }
        return false;
    }
}

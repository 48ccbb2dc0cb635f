package migopy.lint;

import com.sun.source.tree.CatchTree;
import com.sun.source.tree.ContinueTree;
import com.sun.source.tree.ExpressionStatementTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.UnionTypeTree;
import com.sun.source.util.TreePath;
import java.util.List;
import java.util.Set;
import migopy.report.Finding.Severity;

/** Rules for errors that are not noticed, and for writes that may be lost. */
final class SafetyRules {
    private static final LintRule SWALLOWED = new LintRule(
            "M306",
            Severity.ERROR,
            "an exception of the driver is caught, and ignored or only printed",
            "The migration is recorded as applied although a write failed.",
            """
            static void up() {
                try {
                    db().getCollection("users").createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
                } catch (MongoException e) {
                    log(e.getMessage());
                }
            }
            """,
            """
            static void up() {
                db().getCollection("users").createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
            }
            """);

    private static final LintRule UNACKNOWLEDGED = new LintRule(
            "M307",
            Severity.ERROR,
            "a write concern that waits for no acknowledgement",
            "Errors of such writes are not reported, and the migration is recorded as applied before they are done.",
            """
            static void up() {
                db().getCollection("users")
                        .withWriteConcern(WriteConcern.UNACKNOWLEDGED)
                        .updateMany(eq("plan", "pro"), set("credit", 10));
            }
            """,
            """
            static void up() {
                db().getCollection("users").updateMany(eq("plan", "pro"), set("credit", 10));
            }
            """);

    private static final LintRule STALE = new LintRule(
            "M309",
            Severity.WARNING,
            "reads from secondaries in a migration that writes",
            "A secondary may lag behind: what is written is then computed from old values.",
            """
            static void up() {
                var users = db().getCollection("users");
                for (Document user : users.withReadPreference(ReadPreference.secondary()).find().limit(10)) {
                    users.updateOne(eq("_id", user.get("_id")), set("slug", user.getString("name").toLowerCase()));
                }
            }
            """,
            """
            static void up() {
                backfill("users").each(user -> set("slug", user.getString("name").toLowerCase())).run();
            }
            """);

    static final List<LintRule> ALL = List.of(SWALLOWED, UNACKNOWLEDGED, STALE);

    /** What a failure of is recorded nowhere; dropping what does not exist is often allowed to fail. */
    private static final Set<String> CHANGES = Set.of("createIndex", "createIndexes", "toCollection", "collMod", "run");

    private static final Set<String> PRINTING = Set.of(
            "print",
            "println",
            "printf",
            "printStackTrace",
            "log",
            "trace",
            "debug",
            "info",
            "warn",
            "warning",
            "error",
            "severe",
            "fine");

    private static final Set<String> CAUGHT =
            Set.of("java.lang.Throwable", "java.lang.Exception", "java.lang.RuntimeException");

    private SafetyRules() {}

    static void check(SourceFacts facts, RuleReport report) {
        facts.tries.forEach(path -> swallowed(facts, path, report));
        boolean writes = facts.calls.stream().anyMatch(SourceCall::writes);
        for (SourceCall call : facts.calls) {
            if (writes
                    && call.owner().equals("com.mongodb.ReadPreference")
                    && call.is("secondary", "secondaryPreferred", "nearest")) {
                report.add(STALE, call, call.method() + "() may read old values", "Leave the read preference out");
            }
        }
        for (TreePath field : facts.driverFields) {
            if (facts.trees.getElement(field).getSimpleName().contentEquals("UNACKNOWLEDGED")) {
                unacknowledged(field, report);
            }
        }
        for (TreePath made : facts.created) {
            List<?> arguments = ((NewClassTree) made.getLeaf()).getArguments();
            if (!arguments.isEmpty()
                    && facts.isA(made, "com.mongodb.WriteConcern")
                    && arguments.get(0) instanceof LiteralTree literal
                    && Integer.valueOf(0).equals(literal.getValue())) {
                unacknowledged(made, report);
            }
        }
    }

    private static void unacknowledged(TreePath path, RuleReport report) {
        report.add(
                UNACKNOWLEDGED,
                path,
                "an unacknowledged write that fails is not noticed",
                "Leave the write concern out: the default is majority");
    }

    private static void swallowed(SourceFacts facts, TreePath path, RuleReport report) {
        TryTree statement = (TryTree) path.getLeaf();
        if (!changesData(facts, path, statement)) {
            return;
        }
        for (CatchTree one : statement.getCatches()) {
            if (one.getBlock().getStatements().stream().allMatch(SafetyRules::doesNothing)
                    && catchesDriver(facts, new TreePath(path, one))) {
                boolean empty = one.getBlock().getStatements().isEmpty();
                report.add(
                        SWALLOWED,
                        new TreePath(path, one),
                        "this catch " + (empty ? "ignores" : "only prints") + " errors of the writes above",
                        "Remove the try, or end it with: throw "
                                + one.getParameter().getName() + ";");
            }
        }
    }

    private static boolean changesData(SourceFacts facts, TreePath path, TryTree statement) {
        return facts.calls.stream()
                .filter(call -> call.writes()
                        || CHANGES.contains(call.method())
                                && (call.owner().startsWith("com.mongodb.client.")
                                        || call.owner().equals(SourceCall.BACKFILL)))
                .anyMatch(call -> facts.isIn(statement.getBlock(), call.path()));
    }

    private static boolean catchesDriver(SourceFacts facts, TreePath path) {
        Tree type = ((CatchTree) path.getLeaf()).getParameter().getType();
        List<? extends Tree> types = type instanceof UnionTypeTree union ? union.getTypeAlternatives() : List.of(type);
        TreePath parameter = new TreePath(path, ((CatchTree) path.getLeaf()).getParameter());
        return types.stream()
                .map(one -> new TreePath(parameter, one))
                .anyMatch(one -> CAUGHT.contains(String.valueOf(facts.trees.getTypeMirror(one)))
                        || facts.isA(one, "com.mongodb.MongoException")
                                && !facts.isA(one, "com.mongodb.DuplicateKeyException"));
    }

    private static boolean doesNothing(StatementTree statement) {
        if (statement instanceof ContinueTree) {
            return true;
        }
        return statement instanceof ExpressionStatementTree expression
                && expression.getExpression() instanceof MethodInvocationTree call
                && PRINTING.contains(call.getMethodSelect().toString().replaceAll("(?s).*\\.", ""));
    }
}

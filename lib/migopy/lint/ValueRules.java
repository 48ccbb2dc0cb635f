package migopy.lint;

import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.WhileLoopTree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import migopy.console.Wording;
import migopy.report.Finding.Severity;

/** Rules for the values that are written, and where. */
final class ValueRules {
    private static final LintRule REMOVED_FIELD = new LintRule(
            "M402",
            Severity.INFO,
            "`up()` removes or renames a field",
            "Running instances of the application still read and write it under its old name.",
            """
            static void up() {
                backfill("users").each(user -> rename("mail", "email")).run();
            }
            """,
            """
            static void up() {
                backfill("users")
                        .where(exists("email", false))
                        .update(new Document("$set", new Document("email", "$mail")))
                        .run();
                // Once all instances use the new field, a later migration removes the old one.
            }
            """);

    private static final LintRule SAME_FOR_ALL = new LintRule(
            "M501",
            Severity.ERROR,
            "a random value or a new id that is the same in every document",
            "It is computed once, before the update is sent.",
            """
            static void up() {
                db().getCollection("users").updateMany(eq("plan", "pro"), set("token", UUID.randomUUID().toString()));
            }
            """,
            """
            static void up() {
                backfill("users")
                        .where(exists("token", false))
                        .each(user -> set("token", UUID.randomUUID().toString()))
                        .run();
            }
            """);

    private static final LintRule MACHINE = new LintRule(
            "M502",
            Severity.INFO,
            "local time, files or the network",
            "It depends on the machine that runs the migration, so that databases may end up with different data.",
            """
            static void up() {
                db().getCollection("users").updateMany(eq("plan", "pro"), set("day", LocalDate.now().toString()));
            }
            """,
            """
            static void up() {
                db().getCollection("users")
                        .updateMany(eq("plan", "pro"), set("day", LocalDate.now(ZoneOffset.UTC).toString()));
            }
            """);

    private static final LintRule LITERAL_PATH = new LintRule(
            "M503",
            Severity.ERROR,
            "a value such as `$email` in an update that is not a pipeline",
            "The text itself is stored, not the value of the field.",
            """
            static void up() {
                db().getCollection("users").updateMany(exists("login", false), set("login", "$email"));
            }
            """,
            """
            static void up() {
                backfill("users")
                        .where(exists("login", false))
                        .update(new Document("$set", new Document("login", "$email")))
                        .run();
            }
            """);

    private static final LintRule DATABASE_NAME = new LintRule(
            "M504",
            Severity.WARNING,
            "the name of a database in the source",
            "The migration then runs on that database whatever the settings say.",
            """
            static void up() {
                client().getDatabase("shop").getCollection("users").insertOne(new Document("name", "Ada"));
            }
            """,
            """
            static void up() {
                db().getCollection("users").insertOne(new Document("name", "Ada"));
            }
            """);

    private static final LintRule ID = new LintRule(
            "M508",
            Severity.ERROR,
            "an update that sets `_id`",
            "The server refuses to change the `_id` of a document.",
            """
            static void up() {
                db().getCollection("users").updateOne(eq("name", "Ada"), set("_id", "ada"));
            }
            """,
            """
            static void up() {
                var users = db().getCollection("users");
                Document ada = users.find(eq("name", "Ada")).first();
                users.insertOne(new Document(ada).append("_id", "ada"));
                users.deleteOne(eq("_id", ada.get("_id")));
            }
            """);

    static final List<LintRule> ALL = List.of(REMOVED_FIELD, SAME_FOR_ALL, MACHINE, LITERAL_PATH, DATABASE_NAME, ID);

    private static final Pattern FIELD_PATH = Pattern.compile("\\$[A-Za-z_]\\w*(\\.\\w+)*|\\$\\$[A-Z]+(\\.\\w+)*");

    private static final Set<String> LOCAL =
            Set.of("java.time.LocalDate", "java.time.LocalDateTime", "java.time.LocalTime", "java.time.ZonedDateTime");

    private static final Set<String> SYSTEM = Set.of("admin", "config", "local");

    private static final Set<String> SETTING = Set.of("$set", "$setOnInsert", "$push", "$addToSet");

    private final SourceFacts facts;
    private final RuleReport report;

    private ValueRules(SourceFacts facts, RuleReport report) {
        this.facts = facts;
        this.report = report;
    }

    static void check(SourceFacts facts, RuleReport report) {
        ValueRules rules = new ValueRules(facts, report);
        for (SourceCall call : facts.calls) {
            boolean each = call.is("each") && call.owner().equals(SourceCall.BACKFILL);
            boolean update = call.ofCollection() && call.is("updateOne", "updateMany", "findOneAndUpdate");
            TreePath change = call.argument(each ? 0 : 1);
            if ((each || update) && change != null) {
                rules.changes(call.path(), BsonTree.result(change), call.inDown());
            }
            rules.sameForAll(call);
            rules.machine(call);
            String database =
                    call.is("getDatabase") && call.owner().startsWith("com.mongodb.client.") ? call.text(0) : null;
            if (database != null && !SYSTEM.contains(database)) {
                report.add(
                        DATABASE_NAME,
                        call,
                        "the database " + database + " is named in the source",
                        "Use db(), which is the configured database");
            }
        }
        for (TreePath made : facts.created) {
            List<?> arguments = ((NewClassTree) made.getLeaf()).getArguments();
            if (arguments.size() >= 2
                    && (facts.isA(made, "com.mongodb.client.model.UpdateOneModel")
                            || facts.isA(made, "com.mongodb.client.model.UpdateManyModel"))) {
                TreePath change = new TreePath(
                        made, ((NewClassTree) made.getLeaf()).getArguments().get(1));
                rules.changes(made, change, facts.isOutsideOfUp(made));
            }
        }
    }

    private void changes(TreePath update, TreePath change, boolean inDown) {
        List<String> removed = new ArrayList<>();
        for (BsonTree.FieldUpdate one : BsonTree.changes(facts, change)) {
            String text = BsonTree.text(facts, one.change());
            if (SETTING.contains(one.operator())
                    && text != null
                    && FIELD_PATH.matcher(text).matches()) {
                report.add(
                        LITERAL_PATH,
                        update,
                        "stores the text \"" + text + "\" in " + one.field() + ", not the value of a field",
                        "Write a pipeline: List.of(new Document(\"%s\", new Document(\"%s\", \"%s\")))"
                                .formatted("$set", one.field(), text));
            }
            if (one.field().equals("_id") && !one.operator().equals("$setOnInsert")) {
                report.add(
                        ID,
                        update,
                        "the server refuses to change an _id",
                        "Insert a copy with the new _id, then delete the old document");
            }
            if (!inDown && (one.operator().equals("$unset") || one.operator().equals("$rename"))) {
                removed.add(one.field());
            }
        }
        if (!removed.isEmpty()) {
            report.add(
                    REMOVED_FIELD,
                    update,
                    "removes " + Wording.some(removed) + ", which the running application may still use",
                    "Copy what is renamed, deploy code that does not use the old field, then remove it in a later"
                            + " migration");
        }
    }

    private void machine(SourceCall call) {
        boolean now = call.is("now")
                && LOCAL.contains(call.owner())
                && call.arguments().isEmpty();
        boolean zone = call.is("systemDefault") && call.owner().equals("java.time.ZoneId");
        boolean file = call.owner().equals("java.nio.file.Files")
                && call.argument(0) != null
                && !isOfProject(call.argument(0));
        boolean network = call.owner().startsWith("java.net.http.")
                || call.is("openStream", "openConnection") && call.owner().equals("java.net.URL");
        if (call.inDown()) {
            return;
        }
        if (now || zone) {
            report.add(
                    MACHINE,
                    call,
                    call.method() + "() depends on the time zone of the machine",
                    "Name the zone: LocalDate.now(ZoneOffset.UTC), or use Instant.now()");
        } else if (file) {
            report.add(
                    MACHINE,
                    call,
                    "Files." + call.method() + "(...) depends on the machine's files",
                    "Keep the file in the project, and name it in //FILES: Files.readString(file(\"...\"))");
        } else if (network && call.is("send", "sendAsync", "openStream", "openConnection")) {
            report.add(
                    MACHINE,
                    call,
                    call.method() + "(...) depends on another server",
                    "Save what it answers in a file of the project: Files.readString(file(\"...\"))");
        }
    }

    /** Whether a path is one that Migopy finds in the project. */
    private boolean isOfProject(TreePath path) {
        SourceCall call = facts.call(facts.value(path));
        boolean below = call != null && call.owner().equals("java.nio.file.Path") && call.receiver() != null;
        return call != null && (call.owner().equals(SourceCall.MIGRATION) || below && isOfProject(call.receiver()));
    }

    private void sameForAll(SourceCall call) {
        boolean many = call.ofCollection() && call.is("updateMany") && call.argument(1) != null;
        boolean backfill = call.is("update") && call.owner().equals(SourceCall.BACKFILL);
        if (!many && !backfill || isRepeated(call.path()) || many && filtersId(call.argument(0))) {
            return;
        }
        for (TreePath argument : backfill ? call.arguments() : List.of(call.argument(1))) {
            String made = new Generators().first(argument);
            if (made != null) {
                report.add(
                        SAME_FOR_ALL,
                        call,
                        made + " is computed once, so every document gets the same value",
                        "backfill(\"%s\").where(...).each(document -> set(\"...\", %s)).run()"
                                .formatted(call.collection() == null ? "..." : call.collection(), made));
                return;
            }
        }
    }

    /** Whether it is in a loop or a lambda, where each turn has a value of its own. */
    static boolean isRepeated(TreePath path) {
        for (TreePath at = path; at != null; at = at.getParentPath()) {
            if (at.getLeaf() instanceof EnhancedForLoopTree
                    || at.getLeaf() instanceof ForLoopTree
                    || at.getLeaf() instanceof WhileLoopTree
                    || at.getLeaf() instanceof LambdaExpressionTree) {
                return true;
            }
        }
        return false;
    }

    private boolean filtersId(TreePath filter) {
        return filter.getLeaf().toString().contains("\"_id\"")
                || facts.value(filter).getLeaf().toString().contains("\"_id\"");
    }

    /** Finds a call that returns another value each time; not in lambdas, which are called for each document. */
    private final class Generators extends TreePathScanner<Void, Void> {
        private String found;

        String first(TreePath expression) {
            scan(expression, null);
            return found;
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree tree, Void nothing) {
            SourceCall call = SourceCall.of(facts, getCurrentPath());
            if (call != null
                    && (call.is("randomUUID") && call.owner().equals("java.util.UUID")
                            || call.is("random") && call.owner().equals("java.lang.Math")
                            || call.is("get") && call.owner().equals("org.bson.types.ObjectId"))) {
                found = call.owner().replaceAll(".*\\.", "") + "." + call.method() + "()";
            }
            boolean onInsert = call != null && call.is("setOnInsert");
            return onInsert ? null : super.visitMethodInvocation(tree, nothing);
        }

        @Override
        public Void visitNewClass(NewClassTree made, Void nothing) {
            if (made.getArguments().isEmpty() && facts.isA(getCurrentPath(), "org.bson.types.ObjectId")) {
                found = "new ObjectId()";
            }
            return super.visitNewClass(made, nothing);
        }

        @Override
        public Void visitIdentifier(IdentifierTree identifier, Void nothing) {
            TreePath value = facts.value(getCurrentPath());
            if (value.getLeaf() != identifier && facts.isUsedOnce(getCurrentPath())) {
                scan(value, nothing);
            }
            return super.visitIdentifier(identifier, nothing);
        }

        @Override
        public Void visitLambdaExpression(LambdaExpressionTree lambda, Void nothing) {
            return null;
        }
    }
}

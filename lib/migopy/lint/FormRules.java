package migopy.lint;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.TreePath;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import migopy.files.MigrationSource;
import migopy.files.MigrationSource.Credentials;
import migopy.report.Finding;
import migopy.report.Finding.Severity;

/** Rules for the source as a whole. */
final class FormRules {
    private static final LintRule EMPTY_DOWN = new LintRule(
            "M311",
            Severity.WARNING,
            "an empty `down()`",
            "A rollback then records the migration as rolled back although nothing was undone.",
            """
            static void up() {
                db().getCollection("users").insertOne(new Document("name", "Ada"));
            }

            static void down() {}
            """,
            """
            static void up() {
                db().getCollection("users").insertOne(new Document("name", "Ada"));
            }

            static void down() {
                db().getCollection("users").deleteOne(eq("name", "Ada"));
            }
            """);

    private static final LintRule CREDENTIALS = new LintRule(
            "M505",
            Severity.ERROR,
            "a literal that looks like a credential",
            "The journal keeps the source, so everyone who can read the database can read it.",
            """
            static void up() {
                db().runCommand(new Document("createUser", "reports").append("pwd", "s3cret-word").append("roles", List.of()));
            }
            """,
            """
            static void up() {
                db().runCommand(new Document("createUser", "reports")
                        .append("pwd", System.getenv("REPORTS_PASSWORD"))
                        .append("roles", List.of()));
            }
            """);

    private static final LintRule EMPTY_UP = new LintRule(
            "M601",
            Severity.WARNING,
            "an empty `up()`",
            "It is recorded as applied, and never run again once it is filled in.",
            """
            static void up() {}
            """,
            """
            static void up() {
                db().createCollection("users");
            }
            """);

    private static final LintRule SEVERAL = new LintRule(
            "M602",
            Severity.INFO,
            "a migration that changes several collections, and is neither transactional nor `@Resumable`",
            "After a kill it is unknown which of them were changed, and it needs a manual decision.",
            """
            static void up() {
                db().getCollection("users").updateMany(eq("plan", "pro"), set("seats", 5));
                db().getCollection("teams").updateMany(eq("plan", "pro"), set("seats", 5));
            }
            """,
            """
            static void up(MongoDatabase db, ClientSession session) {
                db.getCollection("users").updateMany(session, eq("plan", "pro"), set("seats", 5));
                db.getCollection("teams").updateMany(session, eq("plan", "pro"), set("seats", 5));
            }
            """);

    /** Reported for a comment that allows something. */
    static final LintRule SUPPRESSION = new LintRule(
            "M604",
            Severity.WARNING,
            "a `migopy:allow` comment that allows nothing, names no rule, or has no reason",
            "A finding that is allowed must say why, so that others can check whether that is still so.",
            """
            static void up() {
                db().createCollection("users"); // migopy:allow M101 it is empty
            }
            """,
            """
            static void up() {
                db().createCollection("users");
            }
            """);

    static final List<LintRule> ALL = List.of(EMPTY_DOWN, CREDENTIALS, EMPTY_UP, SEVERAL, SUPPRESSION);

    private FormRules() {}

    static void check(SourceFacts facts, RuleReport report) {
        TreePath down = facts.migrationMethod("down");
        if (isEmpty(down)) {
            report.add(EMPTY_DOWN, down, "down() does nothing", "Undo what up() does, or remove down()");
        }
        TreePath up = facts.migrationMethod("up");
        if (isEmpty(up)) {
            report.add(EMPTY_UP, up, "up() does nothing", "Fill it in, or delete the file");
        }
        if (up == null || facts.inTransaction(up) || facts.isResumable()) {
            return;
        }
        TreeSet<String> changed = new TreeSet<>();
        for (SourceCall call : facts.calls) {
            if (call.writes() && !call.inDown() && !call.inTransaction() && call.collection() != null) {
                changed.add(call.collection());
            }
        }
        if (changed.size() > 1) {
            report.add(
                    SEVERAL,
                    up,
                    "changes " + String.join(", ", changed) + ", and may stop in between",
                    "Use up(MongoDatabase db, ClientSession session), or one migration for each");
        }
    }

    private static boolean isEmpty(TreePath method) {
        BlockTree body = method == null ? null : ((MethodTree) method.getLeaf()).getBody();
        return body != null && body.getStatements().isEmpty();
    }

    /** Returns what is found in the text alone. */
    static List<RuleReport.PlacedFinding> text(MigrationSource source) {
        List<RuleReport.PlacedFinding> found = new ArrayList<>();
        for (int line : Credentials.lines(source.text())) {
            Finding finding = RuleReport.finding(
                    CREDENTIALS,
                    source,
                    line,
                    null,
                    "this literal looks like a credential, and the journal keeps the source",
                    "Read it from the environment: System.getenv(\"...\")");
            found.add(new RuleReport.PlacedFinding(finding, line));
        }
        return found;
    }
}

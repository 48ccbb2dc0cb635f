package migopy.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.files.MigrationSource;
import migopy.lint.RuleReport.PlacedFinding;
import migopy.report.Finding;

/**
 * The comments of a source that allow findings: {@code // migopy:allow M101 REASON} in the statement or in the line above it,
 * {@code // migopy:allow-file M101 REASON} anywhere.
 */
final class Suppressions {
    private static final Pattern COMMENT = Pattern.compile("//\\s*migopy:allow(-file)?(?:\\s+(\\w+))?[ \\t:,-]*(.*)");

    private final MigrationSource source;
    private final List<AllowComment> comments = new ArrayList<>();

    private static final class AllowComment {
        private final int line;
        private final boolean wholeFile;
        private final String code;
        private final String reason;
        private boolean used;

        AllowComment(int line, Matcher found) {
            this.line = line;
            this.wholeFile = found.group(1) != null;
            this.code = found.group(2) == null ? "" : found.group(2);
            this.reason = found.group(3).strip();
        }

        boolean allows(PlacedFinding placed) {
            Finding finding = placed.finding();
            boolean here =
                    wholeFile || finding.line() != null && line >= placed.firstLine() - 1 && line <= finding.line();
            return here && code.equals(finding.rule()) && !reason.isEmpty();
        }
    }

    Suppressions(MigrationSource source) {
        this.source = source;
        List<String> lines = source.text().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            Matcher found = COMMENT.matcher(lines.get(i));
            if (found.find()) {
                comments.add(new AllowComment(i + 1, found));
            }
        }
    }

    /** Returns a finding, with the reason if a comment allows it. */
    Finding applied(PlacedFinding placed) {
        for (AllowComment comment : comments) {
            if (comment.allows(placed)) {
                comment.used = true;
                return placed.finding().allowed(comment.reason);
            }
        }
        return placed.finding();
    }

    /**
     * Returns the comments that have allowed nothing.
     *
     * @param withDatabase whether the database has decided, too: another database may decide otherwise
     */
    List<Finding> unused(LintRules rules, boolean withDatabase) {
        List<Finding> unused = new ArrayList<>();
        for (AllowComment comment : comments) {
            if (!comment.used
                    && !rules.isOff(comment.code)
                    && !(isDecidedElsewhere(comment.code, withDatabase) && !comment.reason.isEmpty())) {
                unused.add(RuleReport.finding(
                        FormRules.SUPPRESSION,
                        source,
                        comment.line,
                        null,
                        problem(comment, rules),
                        "Write: // migopy:allow%s CODE REASON, or remove it"
                                .formatted(comment.wholeFile ? "-file" : "")));
            }
        }
        return unused;
    }

    private static boolean isDecidedElsewhere(String code, boolean withDatabase) {
        return DatabaseRules.decides(code, withDatabase)
                || RehearsalRules.ALL.stream().anyMatch(one -> one.code().equals(code));
    }

    private static String problem(AllowComment comment, LintRules rules) {
        if (!rules.isKnown(comment.code)) {
            return comment.code.isEmpty() ? "this comment names no rule" : "there is no rule " + comment.code;
        }
        return comment.reason.isEmpty() ? "this comment gives no reason" : "this comment allows nothing";
    }
}

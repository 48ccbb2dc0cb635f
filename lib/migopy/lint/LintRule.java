package migopy.lint;

import java.util.ArrayList;
import java.util.List;
import migopy.report.Finding.Severity;

/**
 * A rule of {@code lint}.
 *
 * @param code {@code M302}
 * @param finds what it finds, in one line
 * @param why why that matters, in one line
 * @param bad members of a migration that it finds
 * @param good the same work as it should be written
 */
public record LintRule(String code, Severity severity, String finds, String why, String bad, String good) {
    /** Returns all rules in the order of their codes. */
    public static List<LintRule> all() {
        List<LintRule> all = new ArrayList<>();
        all.addAll(DestructiveRules.ALL);
        all.addAll(BulkRules.ALL);
        all.addAll(IndexRules.ALL);
        all.addAll(TransactionRules.ALL);
        all.addAll(SafetyRules.ALL);
        all.addAll(ValueRules.ALL);
        all.addAll(FormRules.ALL);
        all.addAll(VersionRules.ALL);
        all.addAll(DatabaseRules.ALL);
        all.addAll(RehearsalRules.ALL);
        all.sort((a, b) -> a.code().compareTo(b.code()));
        return all;
    }

    /** Whether only {@code lint --database} can find it. */
    public boolean needsDatabase() {
        return DatabaseRules.ALL.contains(this);
    }

    /** Whether only {@code rehearse} can find it. */
    public boolean needsRehearsal() {
        return RehearsalRules.ALL.contains(this);
    }

    /** Returns the rule of a code, in upper or lower case, or null. */
    public static LintRule of(String code) {
        return all().stream()
                .filter(rule -> rule.code().equalsIgnoreCase(code))
                .findFirst()
                .orElse(null);
    }
}

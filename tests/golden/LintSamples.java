package golden;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import migopy.command.RulesAnswer.RuleAnswer;
import migopy.console.Answer;
import migopy.lint.LintRule;
import migopy.report.Finding;
import migopy.report.Finding.Severity;
import migopy.report.Findings;
import migopy.report.ReportFormat;

/** Typical answers of {@code lint}, by the names of their golden files. */
final class LintSamples {
    private static final Finding M302 = new Finding(
            "M302",
            Severity.ERROR,
            "3_split",
            14,
            9,
            "audit.insertOne(new Document(\"opened\", \"ada\"));",
            "insertOne(...) is called without the session, so it is not part of the transaction",
            "It stays when the transaction is rolled back.",
            "Pass the session: insertOne(session, ...)",
            null);

    private static final Finding M108 = new Finding(
            "M108",
            Severity.WARNING,
            "2_index",
            9,
            5,
            "users.dropIndex(\"a_1\");",
            "drops an index of users",
            "",
            "Hide it",
            null);

    private static final Finding M101 = new Finding(
            "M101", Severity.ERROR, "2_index", 10, 5, "carts.drop();", "drops carts", "", "Check first", null);

    private LintSamples() {}

    static Map<String, Answer> all() {
        Map<String, Answer> samples = new LinkedHashMap<>();
        Findings found = findings(List.of(M302, M108, M101.allowed("empty since release 41")));
        samples.put("lint", found);
        samples.put("lint_nothing", findings(List.of()));
        for (ReportFormat format : ReportFormat.values()) {
            if (format != ReportFormat.WORDS && format != ReportFormat.JSON) {
                samples.put("lint_" + format.word(), format.of(found, found, "shop/mongomigrations"));
            }
        }
        samples.put("lint_explain", new RuleAnswer(LintRule.of("M302")));
        return samples;
    }

    private static Findings findings(List<Finding> findings) {
        return new Findings(
                "lint", "mongomigrations", List.of("1_users", "2_index", "3_split"), findings, List.of(), false);
    }
}

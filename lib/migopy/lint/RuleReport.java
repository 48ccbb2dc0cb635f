package migopy.lint;

import com.sun.source.util.TreePath;
import java.util.ArrayList;
import java.util.List;
import migopy.files.MigrationSource;
import migopy.files.MigrationSource.Credentials;
import migopy.report.Finding;
import migopy.report.Finding.Severity;

/** Collects what the rules find in one class. */
final class RuleReport {
    /**
     * A finding and where a comment may allow it.
     *
     * @param firstLine the first line of its statement, from 1; 0 if it is about the whole file
     */
    record PlacedFinding(Finding finding, int firstLine) {
        PlacedFinding as(Severity severity) {
            return new PlacedFinding(finding.as(severity), firstLine);
        }
    }

    /**
     * A place in a source.
     *
     * @param firstLine the first line of its statement, from 1
     */
    record CallSite(MigrationSource source, int line, int column, int firstLine) {
        static CallSite of(SourceFacts facts, TreePath path) {
            return new CallSite(
                    facts.source, facts.line(path.getLeaf()), facts.column(path.getLeaf()), facts.firstLine(path));
        }

        PlacedFinding finding(LintRule rule, String message, String hint) {
            return new PlacedFinding(RuleReport.finding(rule, source, line, column, message, hint), firstLine);
        }
    }

    private final SourceFacts facts;
    private final List<PlacedFinding> found = new ArrayList<>();

    RuleReport(SourceFacts facts) {
        this.facts = facts;
    }

    List<PlacedFinding> found() {
        return found;
    }

    /** Reports a call. */
    void add(LintRule rule, SourceCall call, String message, String hint) {
        add(rule, call.path(), message, hint);
    }

    /** Reports a place. */
    void add(LintRule rule, TreePath path, String message, String hint) {
        found.add(CallSite.of(facts, path).finding(rule, message, hint));
    }

    /** Returns a finding in a line of a source; its secrets are masked. */
    static Finding finding(
            LintRule rule, MigrationSource source, Integer line, Integer column, String message, String hint) {
        String code = line == null
                ? null
                : source.text().lines().skip(line - 1L).findFirst().orElse("").strip();
        return new Finding(
                rule.code(),
                rule.severity(),
                source.file().name(),
                line,
                column,
                code == null ? null : Credentials.masked(code, source.text()),
                message,
                rule.why(),
                hint,
                null);
    }
}

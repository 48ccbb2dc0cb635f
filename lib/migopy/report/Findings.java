package migopy.report;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.report.Finding.Severity;
import org.bson.Document;

/**
 * The result of a check of migrations.
 *
 * @param check the command that checked: {@code lint}, {@code rehearse}, {@code verify}
 * @param directory the migrations' directory, relative to the project folder
 * @param migrations the names of those that were checked, in order
 * @param findings all findings, in the order of the migrations and their lines
 * @param durations how long each took in milliseconds, where something was run
 * @param problems what could not be checked, because it does not compile or cannot be read
 * @param strict whether warnings fail the check, too
 */
public record Findings(
        String check,
        String directory,
        List<String> migrations,
        Map<String, Long> durations,
        List<Finding> findings,
        List<Problem> problems,
        boolean strict)
        implements Answer {

    public Findings {
        migrations = List.copyOf(migrations);
        durations = Map.copyOf(durations);
        findings = List.copyOf(findings);
        problems = List.copyOf(problems);
    }

    /** The same, where nothing was run. */
    public Findings(
            String check,
            String directory,
            List<String> migrations,
            List<Finding> findings,
            List<Problem> problems,
            boolean strict) {
        this(check, directory, migrations, Map.of(), findings, problems, strict);
    }

    /** Returns 3 if something could not be checked, 7 if something was found that fails the check, else 0. */
    public int exitCode() {
        if (!problems.isEmpty()) {
            return MigopyException.Kind.REFUSED.exitCode();
        }
        boolean failed = count(Severity.ERROR) > 0 || strict && count(Severity.WARNING) > 0;
        return failed ? MigopyException.Kind.FINDINGS.exitCode() : 0;
    }

    /** Returns how many findings of a severity count. */
    public long count(Severity severity) {
        return counting().filter(finding -> finding.severity() == severity).count();
    }

    /** Returns the findings that no comment allows. */
    Stream<Finding> counting() {
        return findings.stream().filter(Finding::counts);
    }

    /** Returns a line for each error that counts. */
    public List<String> lines() {
        return counting()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .map(Findings::line)
                .toList();
    }

    private static String line(Finding finding) {
        String place = finding.migration() + ".java" + place(":", finding.line()) + place(":", finding.column());
        return "%s  %s %s  %s".formatted(place, finding.severity().word(), finding.rule(), finding.message());
    }

    @Override
    public void words(Words out) {
        out.line(Wording.folder(directory));
        out.gap();
        counting().forEach(finding -> words(finding, out));
        if (!problems.isEmpty()) {
            out.problems(problems, true);
            out.gap();
        }
        out.line(summary());
        counting()
                .filter(finding -> !finding.why().isEmpty())
                .findFirst()
                .ifPresent(first -> out.line("Why, with examples: {migopy} lint --explain " + first.rule()));
    }

    private static void words(Finding finding, Words out) {
        out.line(line(finding));
        if (finding.code() != null) {
            out.line("    " + finding.code());
        }
        finding.hint().lines().forEach(line -> out.line("    " + line));
        out.gap();
    }

    static String place(String before, Integer number) {
        return number == null ? "" : before + number;
    }

    /** Returns {@code 6 migrations checked: 1 error, 2 warnings, 1 allowed.} */
    private String summary() {
        long allowed = findings.size() - counting().count();
        List<String> parts = Stream.of(
                        part(problems.size(), "problem"),
                        part(count(Severity.ERROR), "error"),
                        part(count(Severity.WARNING), "warning"),
                        count(Severity.INFO) == 0 ? "" : Wording.number(count(Severity.INFO)) + " info",
                        allowed == 0 ? "" : Wording.number(allowed) + " allowed")
                .filter(text -> !text.isEmpty())
                .toList();
        String found = parts.isEmpty() ? "no findings" : String.join(", ", parts);
        return Wording.count(migrations.size(), "migration") + " checked: " + found + ".";
    }

    private static String part(long number, String thing) {
        return number == 0 ? "" : Wording.count(number, thing);
    }

    @Override
    public Document json() {
        return new Document("check", check)
                .append("directory", directory)
                .append("migrations", migrations)
                .append("findings", findings.stream().map(Finding::json).toList())
                .append(
                        "summary",
                        new Document("errors", (int) count(Severity.ERROR))
                                .append("warnings", (int) count(Severity.WARNING))
                                .append("infos", (int) count(Severity.INFO))
                                .append("suppressed", (int)
                                        (findings.size() - counting().count())))
                .append("problems", Json.problems(problems))
                .append("exitCode", exitCode());
    }
}

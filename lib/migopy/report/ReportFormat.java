package migopy.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import migopy.MigopyException;
import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Wording;
import migopy.console.Words;
import org.bson.Document;

/** The formats of findings. */
public enum ReportFormat {
    /** For people. */
    WORDS,
    /** The document that {@code --json} prints. */
    JSON,
    /** Workflow commands of GitHub Actions, shown at the lines of a pull request. */
    GITHUB,
    /** GitLab's code quality report. */
    GITLAB,
    /** SARIF 2.1.0, as GitHub's code scanning reads it. */
    SARIF,
    /** JUnit's XML, with a test case for each migration. */
    JUNIT,
    /** Lines as of gcc, which editors and pre-commit hooks understand. */
    GCC;

    /** Returns the word of this format on the command line: {@code gcc}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the format of a word.
     *
     * @throws MigopyException usage, if the format is unknown
     */
    public static ReportFormat of(String word) {
        return Arrays.stream(values())
                .filter(format -> format.word().equals(word))
                .findFirst()
                .orElseThrow(() -> MigopyException.usage(
                        "There is no format " + word,
                        "Formats: "
                                + Arrays.stream(values())
                                        .map(ReportFormat::word)
                                        .collect(Collectors.joining(", "))));
    }

    /**
     * Returns findings as an answer in this format.
     *
     * @param own the check's own answer, which is printed as text and as JSON
     * @param folder the path that the formats for other programs give the migrations' directory
     */
    public Answer of(Answer own, Findings findings, String folder) {
        return this == WORDS ? own : new FormattedFindings(own, findings, this, folder);
    }

    private record FormattedFindings(Answer own, Findings findings, ReportFormat format, String folder)
            implements Answer {
        @Override
        public void words(Words out) {
            List<Finding> found = withProblems();
            switch (format) {
                case WORDS -> own.words(out);
                case JSON -> out.line(Json.text(own.json(), UnaryOperator.identity()));
                case GITHUB -> found.forEach(finding -> out.line(LineFormats.github(finding, path(finding))));
                case GITLAB -> out.line(gitlab(found));
                case SARIF -> out.line(Json.text(Sarif.of(all(), this::path), UnaryOperator.identity()));
                case JUNIT -> JunitXml.lines(findings, found).forEach(out::line);
                case GCC -> found.forEach(finding -> out.line(LineFormats.gcc(finding, path(finding))));
            }
        }

        /** GitLab shows only one of several entries with the same fingerprint. */
        private String gitlab(List<Finding> found) {
            Map<String, Integer> seen = new HashMap<>();
            List<String> entries = new ArrayList<>();
            for (Finding finding : found) {
                String path = path(finding);
                int before = seen.merge(LineFormats.fingerprint(finding, path, 0), 1, Integer::sum) - 1;
                entries.add(Json.text(LineFormats.gitlab(finding, path, before), UnaryOperator.identity()));
            }
            return "[" + String.join(", ", entries) + "]";
        }

        @Override
        public Document json() {
            return own.json();
        }

        private String path(Finding finding) {
            return Wording.folder(folder) + finding.migration() + ".java";
        }

        /** What could not be checked is an error at its file. */
        private List<Finding> withProblems() {
            return all().stream().filter(Finding::counts).toList();
        }

        private List<Finding> all() {
            List<Finding> all = findings.problems().stream()
                    .map(problem -> new Finding(
                            problem.kind().word(),
                            Finding.Severity.ERROR,
                            problem.name().replaceFirst("\\.java$", ""),
                            null,
                            null,
                            null,
                            problem.message(),
                            "",
                            problem.hint(),
                            null))
                    .collect(Collectors.toList());
            all.addAll(findings.findings());
            return all;
        }
    }
}

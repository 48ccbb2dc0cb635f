package unit.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import migopy.Problem;
import migopy.StepReport.StepError;
import migopy.console.Words;
import migopy.report.Finding;
import migopy.report.Finding.Severity;
import migopy.report.Findings;
import migopy.report.ReportFormat;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.ReportSchemas;

/** The formats for other programs follow their schemas. */
class ReportFormatTest {
    private static final String AWKWARD = "a <b> & \"c\", 100%: x::y ]]> \u0007 \ud83d\ude00 \ud800 'd'\nline 2";

    private static final Findings FINDINGS = new Findings(
            "lint",
            "mongomigrations",
            List.of("1_users", "2_index", "3_split names"),
            List.of(
                    finding(Severity.ERROR, 14, 9, null),
                    finding(Severity.ERROR, 14, 9, null),
                    finding(Severity.WARNING, 3, null, null),
                    finding(Severity.INFO, null, null, null),
                    finding(Severity.ERROR, 4, 1, AWKWARD)),
            List.of(new Problem(Problem.ProblemKind.NOT_COMPILABLE, "2_index", AWKWARD, AWKWARD)),
            false);

    private static final Findings NOTHING =
            new Findings("lint", "mongomigrations", List.of("1_users"), List.of(), List.of(), false);

    private static final Findings TIMED = new Findings(
            "rehearse",
            "mongomigrations",
            List.of("1_users", "2_index"),
            Map.of("1_users", 61_900L, "2_index", 5L),
            List.of(),
            List.of(),
            false);

    private static Finding finding(Severity severity, Integer line, Integer column, String allowed) {
        String code = line == null ? null : AWKWARD;
        return new Finding("M302", severity, "3_split names", line, column, code, AWKWARD, AWKWARD, AWKWARD, allowed);
    }

    private static String text(Findings findings, ReportFormat format) {
        Words words = new Words(new Words.Look(80, false, "./migopy", ZoneOffset.UTC));
        format.of(findings, findings, "shop/mongomigrations").words(words);
        return words.toString();
    }

    @Test
    void sarifFollowsItsSchema() {
        for (Findings one : List.of(FINDINGS, NOTHING)) {
            String text = text(one, ReportFormat.SARIF);
            assertThat(ReportSchemas.ofSarif(text)).isEmpty();
            assertThat(ReportSchemas.ofSarif(text.replace("\"name\": \"Migopy\"", "\"nothing\": 1")))
                    .isNotEmpty();
        }
        Document run = Document.parse(text(FINDINGS, ReportFormat.SARIF))
                .getList("runs", Document.class)
                .get(0);
        List<Document> results = run.getList("results", Document.class);
        assertThat(results).hasSize(6);
        assertThat(results.get(1).toJson()).contains("shop/mongomigrations/3_split%20names.java");
        assertThat(results.get(5).getList("suppressions", Document.class)).hasSize(1);
    }

    @Test
    void junitFollowsItsSchema() {
        for (Findings one : List.of(FINDINGS, NOTHING, TIMED)) {
            assertThat(ReportSchemas.ofJunit(text(one, ReportFormat.JUNIT))).isEmpty();
        }
        assertThat(ReportSchemas.ofJunit("<testsuite/>")).isNotEmpty();
        assertThat(text(FINDINGS, ReportFormat.JUNIT))
                .contains("tests=\"3\" failures=\"2\"", "<testcase name=\"1_users\"");
    }

    @Test
    void junitShowsHowLongEachMigrationTook() {
        assertThat(text(TIMED, ReportFormat.JUNIT))
                .contains("skipped=\"0\" time=\"61.905\"")
                .contains("name=\"1_users\" classname=\"rehearse\" time=\"61.9\"")
                .contains("name=\"2_index\" classname=\"rehearse\" time=\"0.005\"");
    }

    @Test
    void gitlabsReportHasTheFieldsThatGitlabNeeds() {
        String text = text(FINDINGS, ReportFormat.GITLAB);
        assertThat(ReportSchemas.ofGitlab(text)).isEmpty();
        assertThat(ReportSchemas.entries(text))
                .hasSize(5)
                .allSatisfy(entry -> assertThat(
                                entry.get("location", Document.class).getString("path"))
                        .startsWith("shop/mongomigrations/"));
        assertThat(ReportSchemas.ofGitlab(text.replace("major", "error"))).isNotEmpty();
        assertThat(text(NOTHING, ReportFormat.GITLAB)).isEqualTo("[]\n");
    }

    @Test
    void aFailureIsReportedAtItsLine() {
        StepError error =
                new StepError("X", "no such field\nat all", List.of("3_x.java:12    users.drop();", "3_x.java:9"));
        Finding finding = Finding.failure("up_failed", "3_x", "up() failed", error, "", "Fix it");
        assertThat(finding.line()).isEqualTo(12);
        assertThat(finding.code()).isEqualTo("users.drop();");
        assertThat(finding.message()).isEqualTo("up() failed: no such field");
        Finding unknown =
                Finding.failure("up_failed", "3_x", "up() failed", new StepError("X", "y z", List.of()), "", "");
        assertThat(unknown.line()).isNull();
        assertThat(unknown.code()).isNull();
    }

    @Test
    void githubsCommandsAreOneLineEachAndEscaped() {
        List<String> lines = text(FINDINGS, ReportFormat.GITHUB).lines().toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(1))
                .startsWith("::error file=shop/mongomigrations/3_split names.java,line=14,col=9,title=M302::a <b>")
                .contains("100%25: x::y", "%0Aline 2%0A");
        assertThat(lines.get(4)).startsWith("::notice file=shop/mongomigrations/3_split names.java,title=M302::");
        assertThat(text(NOTHING, ReportFormat.GITHUB)).isEmpty();
    }

    @Test
    void gccLinesNamePlaceAndSeverity() {
        List<String> lines = text(FINDINGS, ReportFormat.GCC).lines().toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(1)).startsWith("shop/mongomigrations/3_split names.java:14:9: error: M302: ");
        assertThat(lines.get(3)).startsWith("shop/mongomigrations/3_split names.java:3: warning: M302: ");
    }
}

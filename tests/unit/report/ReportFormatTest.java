package unit.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import migopy.Problem;
import migopy.console.Words;
import migopy.report.Finding;
import migopy.report.Finding.Severity;
import migopy.report.Findings;
import migopy.report.ReportFormat;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Checkout;

/**
 * The formats for other programs follow their schemas: that of SARIF (from the npm package @microsoft/jest-sarif, MIT,
 * here without its descriptions) and that of JUnit's XML (from Jenkins' xUnit plugin, MIT). GitLab publishes none, but describes
 * the fields of its report.
 */
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

    private static Finding finding(Severity severity, Integer line, Integer column, String allowed) {
        String code = line == null ? null : AWKWARD;
        return new Finding("M302", severity, "3_split names", line, column, code, AWKWARD, AWKWARD, AWKWARD, allowed);
    }

    private static String text(Findings findings, ReportFormat format) {
        Words words = new Words(new Words.Look(80, false, "./migopy", ZoneOffset.UTC));
        format.of(findings, "shop/mongomigrations").words(words);
        return words.toString();
    }

    private static String file(String name) throws IOException {
        return Files.readString(Checkout.root().resolve("tests/unit/report/" + name));
    }

    @Test
    void sarifFollowsItsSchema() throws IOException {
        JsonSchema schema = new JsonSchema(file("sarif-2.1.0-rtm.5.json"));
        for (Findings one : List.of(FINDINGS, NOTHING)) {
            Document report = Document.parse(text(one, ReportFormat.SARIF));
            assertThat(schema.errors(report)).isEmpty();
            report.getList("runs", Document.class).get(0).append("tool", new Document("nothing", 1));
            assertThat(schema.errors(report)).isNotEmpty();
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
    void junitFollowsItsSchema() throws Exception {
        var schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(Checkout.root()
                        .resolve("tests/unit/report/junit-10.xsd")
                        .toFile());
        for (Findings one : List.of(FINDINGS, NOTHING)) {
            String xml = text(one, ReportFormat.JUNIT);
            assertThatCode(() -> schema.newValidator().validate(new StreamSource(new StringReader(xml))))
                    .as(xml)
                    .doesNotThrowAnyException();
        }
        assertThat(text(FINDINGS, ReportFormat.JUNIT))
                .contains("tests=\"3\" failures=\"2\"", "<testcase name=\"1_users\"");
    }

    @Test
    void gitlabsReportHasTheFieldsThatGitlabNeeds() {
        List<Document> entries = Document.parse("{all: " + text(FINDINGS, ReportFormat.GITLAB) + "}")
                .getList("all", Document.class);
        assertThat(entries).hasSize(5).allSatisfy(entry -> {
            assertThat(entry.getString("description")).isNotBlank();
            assertThat(entry.getString("check_name")).isNotBlank();
            assertThat(entry.getString("fingerprint")).matches("[0-9a-f]{64}");
            assertThat(entry.getString("severity")).isIn(Set.of("info", "minor", "major", "critical", "blocker"));
            Document location = entry.get("location", Document.class);
            assertThat(location.getString("path")).startsWith("shop/mongomigrations/");
            assertThat(location.get("lines", Document.class).getInteger("begin"))
                    .isPositive();
        });
        assertThat(entries.stream().map(entry -> entry.getString("fingerprint")))
                .doesNotHaveDuplicates();
        assertThat(text(NOTHING, ReportFormat.GITLAB)).isEqualTo("[]\n");
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

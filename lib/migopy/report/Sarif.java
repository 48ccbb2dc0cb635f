package migopy.report;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import migopy.report.Finding.Severity;
import org.bson.Document;

/** Findings as SARIF 2.1.0: one run, whose rules are those that found something. */
final class Sarif {
    private static final String SCHEMA =
            "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    private Sarif() {}

    /**
     * Returns the document.
     *
     * @param path returns the path of a finding's file, relative to the repository
     */
    static Document of(List<Finding> findings, Function<Finding, String> path) {
        Map<String, Integer> indexes = new LinkedHashMap<>();
        List<Document> rules = new ArrayList<>();
        List<Document> results = new ArrayList<>();
        for (Finding finding : findings) {
            if (!indexes.containsKey(finding.rule())) {
                indexes.put(finding.rule(), rules.size());
                rules.add(rule(finding));
            }
            results.add(result(finding, indexes.get(finding.rule()), path.apply(finding)));
        }
        Document driver = new Document("name", "Migopy").append("rules", rules);
        Document run = new Document("tool", new Document("driver", driver))
                .append("columnKind", "utf16CodeUnits")
                .append("results", results);
        return new Document("$schema", SCHEMA).append("version", "2.1.0").append("runs", List.of(run));
    }

    private static Document rule(Finding finding) {
        Document rule = new Document("id", finding.rule());
        if (!finding.why().isEmpty()) {
            rule.append("shortDescription", text(finding.why()));
        }
        return rule.append("help", text(finding.hint()))
                .append("defaultConfiguration", new Document("level", level(finding.severity())));
    }

    private static Document result(Finding finding, int index, String path) {
        Document physical = new Document("artifactLocation", new Document("uri", uri(path)));
        if (finding.line() != null) {
            Document region = new Document("startLine", finding.line());
            if (finding.column() != null) {
                region.append("startColumn", finding.column());
            }
            physical.append("region", region);
        }
        Document result = new Document("ruleId", finding.rule())
                .append("ruleIndex", index)
                .append("level", level(finding.severity()))
                .append("message", text(finding.message() + ".\n" + finding.hint()))
                .append("locations", List.of(new Document("physicalLocation", physical)))
                .append("partialFingerprints", new Document("migopy/v1", LineFormats.fingerprint(finding, path, 0)));
        if (!finding.counts()) {
            result.append(
                    "suppressions",
                    List.of(new Document("kind", "inSource").append("justification", finding.suppressed())));
        }
        return result;
    }

    private static Document text(String text) {
        return new Document("text", text);
    }

    private static String level(Severity severity) {
        return severity == Severity.INFO ? "note" : severity.word();
    }

    private static String uri(String path) {
        try {
            return new URI(null, null, path, null).getRawPath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("A path alone is always quoted", e);
        }
    }
}

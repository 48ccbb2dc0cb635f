package support;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.bson.Document;
import org.xml.sax.SAXException;

/**
 * Validates reports against the schemas of the programs that read them: that of SARIF (from the npm package
 * @microsoft/jest-sarif, MIT, here without its descriptions), that of JUnit's XML (from Jenkins' xUnit plugin, MIT), and one for
 * GitLab's code quality report. GitLab's own schema checks less than its documentation demands, so this one is written after the
 * documentation.
 */
public final class ReportSchemas {
    private ReportSchemas() {}

    /** Returns what is wrong with a document in SARIF. */
    public static List<String> ofSarif(String text) {
        return new JsonSchema(schema("sarif-2.1.0-rtm.5.json")).errors(Document.parse(text));
    }

    /** Returns what is wrong with a code quality report. */
    public static List<String> ofGitlab(String text) {
        List<String> errors = new JsonSchema(schema("gitlab-code-quality.json")).errors(entries(text));
        List<String> fingerprints = entries(text).stream()
                .map(entry -> entry.getString("fingerprint"))
                .collect(Collectors.toList());
        if (fingerprints.stream().distinct().count() < fingerprints.size()) {
            errors.add("a fingerprint is used twice, so GitLab shows one entry only");
        }
        return errors;
    }

    /** Returns the entries of a code quality report. */
    public static List<Document> entries(String text) {
        return Document.parse("{all: " + text + "}").getList("all", Document.class);
    }

    /** Returns what is wrong with a document in JUnit's XML. */
    public static List<String> ofJunit(String text) {
        try {
            SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                    .newSchema(folder().resolve("junit-10.xsd").toFile())
                    .newValidator()
                    .validate(new StreamSource(new StringReader(text)));
            return List.of();
        } catch (SAXException e) {
            return List.of(e.getMessage());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String schema(String name) {
        try {
            return Files.readString(folder().resolve(name));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path folder() {
        return Checkout.root().resolve("tests/support/schemas");
    }
}

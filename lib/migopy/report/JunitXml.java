package migopy.report;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import migopy.console.Wording;
import migopy.report.Finding.Severity;

/** Findings as JUnit's XML: a test case for each migration, which fails if the check does. */
final class JunitXml {
    private JunitXml() {}

    /** Returns the lines of the document. */
    static List<String> lines(Findings findings, List<Finding> found) {
        Map<String, List<Finding>> byMigration = found.stream().collect(Collectors.groupingBy(Finding::migration));
        List<String> names = java.util.stream.Stream.concat(
                        findings.migrations().stream(), found.stream().map(Finding::migration))
                .distinct()
                .toList();
        long failed = names.stream()
                .filter(name -> byMigration.getOrDefault(name, List.of()).stream()
                        .anyMatch(finding -> fails(finding, findings)))
                .count();
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument();
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "migopy " + findings.check());
            xml.writeAttribute("tests", Integer.toString(names.size()));
            xml.writeAttribute("failures", Long.toString(failed));
            xml.writeAttribute("errors", "0");
            xml.writeAttribute("skipped", "0");
            xml.writeAttribute(
                    "time",
                    seconds(findings.durations().values().stream()
                            .mapToLong(ms -> ms)
                            .sum()));
            xml.writeCharacters("\n");
            for (String name : names) {
                testCase(name, byMigration.getOrDefault(name, List.of()), findings, xml);
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("Writing to memory cannot fail", e);
        }
        return text.toString().lines().toList();
    }

    private static boolean fails(Finding finding, Findings findings) {
        return finding.severity() == Severity.ERROR || findings.strict() && finding.severity() == Severity.WARNING;
    }

    private static void testCase(String name, List<Finding> found, Findings findings, XMLStreamWriter xml)
            throws XMLStreamException {
        xml.writeStartElement("testcase");
        xml.writeAttribute("name", visible(name));
        xml.writeAttribute("classname", findings.check());
        xml.writeAttribute("time", seconds(findings.durations().getOrDefault(name, 0L)));
        List<Finding> failing =
                found.stream().filter(one -> fails(one, findings)).toList();
        if (!failing.isEmpty()) {
            xml.writeStartElement("failure");
            xml.writeAttribute("message", visible(failing.get(0).message()));
            xml.writeAttribute("type", visible(failing.get(0).rule()));
            xml.writeCharacters(texts(failing));
            xml.writeEndElement();
        }
        List<Finding> others =
                found.stream().filter(one -> !fails(one, findings)).toList();
        if (!others.isEmpty()) {
            xml.writeStartElement("system-out");
            xml.writeCharacters(texts(others));
            xml.writeEndElement();
        }
        xml.writeEndElement();
        xml.writeCharacters("\n");
    }

    private static String seconds(long ms) {
        return BigDecimal.valueOf(ms, 3).stripTrailingZeros().toPlainString();
    }

    private static String texts(List<Finding> found) {
        return found.stream()
                .map(one -> LineFormats.gcc(one, one.migration() + ".java") + "\n" + one.hint())
                .flatMap(String::lines)
                .map(JunitXml::visible)
                .collect(Collectors.joining("\n"));
    }

    /** XML does not allow control characters and half surrogate pairs, even escaped. */
    private static String visible(String text) {
        return new String(
                Wording.visible(text).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                java.nio.charset.StandardCharsets.UTF_8);
    }
}

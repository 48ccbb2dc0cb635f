package migopy.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import migopy.report.Finding.Severity;
import org.bson.Document;

/** The formats in which a finding is one line or one object. */
final class LineFormats {
    private LineFormats() {}

    /** Returns {@code ::error file=mongomigrations/3_x.java,line=14,col=9,title=M302::message}. */
    static String github(Finding finding, String path) {
        String kind = finding.severity() == Severity.INFO
                ? "notice"
                : finding.severity().word();
        return "::%s file=%s%s%s,title=%s::%s"
                .formatted(
                        kind,
                        githubProperty(path),
                        Findings.place(",line=", finding.line()),
                        Findings.place(",col=", finding.column()),
                        githubProperty(finding.rule()),
                        githubData(finding.message() + "\n" + finding.hint()));
    }

    private static String githubData(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String githubProperty(String text) {
        return githubData(text).replace(":", "%3A").replace(",", "%2C");
    }

    /** Returns {@code mongomigrations/3_x.java:14:9: error: M302: message}. */
    static String gcc(Finding finding, String path) {
        String kind = finding.severity() == Severity.INFO
                ? "note"
                : finding.severity().word();
        String column = finding.line() == null ? "" : Findings.place(":", finding.column());
        return path + Findings.place(":", finding.line()) + column + ": " + kind + ": " + finding.rule() + ": "
                + finding.message();
    }

    /**
     * Returns an entry of GitLab's report.
     *
     * @param before how many entries before it are the same
     */
    static Document gitlab(Finding finding, String path, int before) {
        String severity = switch (finding.severity()) {
            case ERROR -> "major";
            case WARNING -> "minor";
            case INFO -> "info";
        };
        int line = finding.line() == null ? 1 : finding.line();
        return new Document("description", finding.message())
                .append("check_name", finding.rule())
                .append("fingerprint", fingerprint(finding, path, before))
                .append("severity", severity)
                .append("location", new Document("path", path).append("lines", new Document("begin", line)));
    }

    /**
     * Returns a hash that stays the same when lines move.
     *
     * @param before how many findings before it are the same
     */
    static String fingerprint(Finding finding, String path, int before) {
        String code = finding.code() == null ? "" : finding.code().replaceAll("\\s+", " ");
        String text =
                String.join("\n", finding.rule(), path, code, finding.message()) + (before == 0 ? "" : "\n" + before);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}

package migopy.files;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Literals in a source that look like credentials: the password of a {@code createUser}, a URI with
 * a password, a variable called {@code apiKey}. A guess from the text; a secret that is computed is
 * not seen.
 */
public final class Credentials {
    private static final String NAMES =
            "(?:pwd|passw(?:or)?d|passphrase|secret|api_?key|access_?key|secret_?key|auth_?token)";

    private static final String VALUE = "\\\\?[\"'](?<value>[^\"'\\\\]{4,200})\\\\?[\"']";

    private static final List<Pattern> FORMS = List.of(
            // new Document("pwd", "..."), {pwd: '...'}, .password("...")
            Pattern.compile("(?i)\\b\\w{0,30}" + NAMES + "\\\\?[\"']?\\s{0,9}[,:(]\\s{0,9}" + VALUE),
            // String password = "..."
            Pattern.compile("(?i)\\b\\w{0,30}" + NAMES + "\\w{0,30}\\s{0,9}=\\s{0,9}" + VALUE),
            // mongodb://user:...@host
            Pattern.compile("[a-z+]{2,20}://[^\\s\"'/@:]{0,200}:(?<value>[^\\s\"'/@]{4,200})@"));

    private static final String MASK = "****";

    private Credentials() {}

    /** What looks like a credential. */
    public static List<String> in(String source) {
        return matches(source).stream().map(found -> found.group(1)).distinct().toList();
    }

    /** The lines on which something looks like a credential, from 1, in order. */
    public static List<Integer> lines(String source) {
        // A value never stands at a line's beginning, so the text before it ends in its line.
        return matches(source).stream()
                .map(found -> (int) source.substring(0, found.start(1)).lines().count())
                .distinct()
                .sorted()
                .toList();
    }

    /** A line of a message about the source, with its credentials masked. */
    static String masked(String line, String source) {
        String masked = line;
        List<String> longestFirst = new ArrayList<>(in(source));
        longestFirst.sort(Comparator.comparingInt(String::length).reversed());
        for (String credential : longestFirst) {
            masked = masked.replace(credential, MASK);
        }
        return masked;
    }

    private static List<MatchResult> matches(String source) {
        List<MatchResult> all = new ArrayList<>();
        for (Pattern form : FORMS) {
            form.matcher(source).results().forEach(all::add);
        }
        return all;
    }
}

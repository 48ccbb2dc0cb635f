package migopy.files;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;

/**
 * The text of a migration without comments, white space and the name of its first class, which are often changed
 * when a file is renamed.
 */
public final class CoreText {
    private static final Pattern CLASS = Pattern.compile("\\b(?:class|record|enum|interface)\\s+(\\w+)");

    private CoreText() {}

    /** Returns what is left of a text. */
    static String of(String text) {
        String code = withoutComments(text);
        Matcher type = CLASS.matcher(code);
        String named = type.find() ? code.replaceAll("\\b" + type.group(1) + "\\b", "Migration") : code;
        return named.replaceAll("\\s+", "");
    }

    private static String withoutComments(String text) {
        StringBuilder code = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            int end = at + 1;
            if (text.startsWith("//", at)) {
                end = after(text, "\n", at);
                code.append('\n');
            } else if (text.startsWith("/*", at)) {
                end = after(text, "*/", at + 2);
                code.append(' ');
            } else if (text.startsWith("\"\"\"", at)) {
                end = afterLiteral(text, "\"\"\"", at + 3);
                code.append(text, at, end);
            } else if (text.charAt(at) == '"' || text.charAt(at) == '\'') {
                end = afterLiteral(text, text.substring(at, at + 1), at + 1);
                code.append(text, at, end);
            } else {
                code.append(text.charAt(at));
            }
            at = end;
        }
        return code.toString();
    }

    private static int after(String text, String end, int from) {
        int found = text.indexOf(end, from);
        return found < 0 ? text.length() : found + end.length();
    }

    private static int afterLiteral(String text, String quotes, int from) {
        int at = from;
        while (at < text.length() && !text.startsWith(quotes, at)) {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(text.length(), at + quotes.length());
    }

    /**
     * Finds files that have the core of another text.
     *
     * @param texts earlier texts, by their checksums
     * @return the checksum of such a text, by the names of the files that have its core
     */
    public static Map<String, String> alike(Collection<MigrationFile> files, Map<String, String> texts) {
        Map<String, String> cores = new HashMap<>();
        texts.forEach((checksum, text) -> cores.put(of(text), checksum));
        Map<String, String> alike = new HashMap<>();
        for (MigrationFile file : files) {
            try {
                String checksum = cores.get(of(MigrationSource.read(file).text()));
                if (checksum != null) {
                    alike.put(file.name(), checksum);
                }
            } catch (MigopyException e) {
                continue; // the compiler reports that it cannot be read
            }
        }
        return alike;
    }
}

package golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import support.Checkout;

/**
 * README.md, and the examples in it: fenced blocks below a comment that says what they are, as
 * {@code <!-- file: mongomigrations/1_add_users.java -->}.
 */
public record Readme(String text) {
    private static final Pattern MARKED =
            Pattern.compile("<!-- (\\w+)(?:: (\\S+))? -->\n```\\w*\n(.*?)```\n", Pattern.DOTALL);
    private static final String PROMPT = "$ ./migopy";

    /**
     * A block that is marked.
     *
     * @param kind the comment's first word
     * @param argument what stands behind its colon, or null
     */
    public record Example(String kind, String argument, String text) {
        /** A file's name without its folder. */
        String fileName() {
            return argument.substring(argument.lastIndexOf('/') + 1);
        }

        /** Each command that is shown, and what it answers. */
        List<Shown> commands() {
            return Pattern.compile("^(?=\\$ )", Pattern.MULTILINE)
                    .splitAsStream(text)
                    .filter(part -> part.startsWith(PROMPT))
                    .map(Shown::of)
                    .toList();
        }
    }

    /** A command's words, and what it answers. */
    record Shown(String[] words, String answer) {
        private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

        static Shown of(String part) {
            int end = part.indexOf('\n');
            Matcher word = WORD.matcher(part.substring(PROMPT.length(), end));
            String[] words = word.results()
                    .map(found -> found.group(1) != null ? found.group(1) : found.group(2))
                    .toArray(String[]::new);
            return new Shown(words, part.substring(end + 1));
        }
    }

    public static Readme read() {
        try {
            return new Readme(Files.readString(Checkout.root().resolve("README.md")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The examples of a chapter, in their order. */
    List<Example> chapter(String title) {
        int begin = text.indexOf("\n## " + title + "\n");
        int end = text.indexOf("\n## ", begin + 1);
        return examples(text.substring(begin, end < 0 ? text.length() : end));
    }

    /** All examples of a kind. */
    public List<Example> all(String kind) {
        return examples(text).stream().filter(each -> each.kind().equals(kind)).toList();
    }

    /** The one example of a kind. */
    Example one(String kind) {
        List<Example> found = all(kind);
        if (found.size() != 1) {
            throw new AssertionError("README.md has %d of %s".formatted(found.size(), kind));
        }
        return found.get(0);
    }

    /** The example that is this file, the first if there are several. */
    Example file(String name) {
        return all("file").stream()
                .filter(each -> each.fileName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("README.md has no file " + name));
    }

    private static List<Example> examples(String text) {
        return MARKED.matcher(text)
                .results()
                .map(found -> new Example(found.group(1), found.group(2), found.group(3)))
                .collect(Collectors.toList());
    }

    /** A text without what differs from run to run: times, ids, names of machines. */
    static String withoutTimes(String text) {
        return text.replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "TIME")
                .replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d", "TIME")
                .replaceAll("\\b\\d\\d:\\d\\d:\\d\\d\\b", "TIME")
                .replaceAll("\\b[\\d.]+ m?s\\b", "DURATION")
                .replaceAll("(?m)^\\S+ on \\S+, (mongomigrations|migrations\\w*|run)", "DATABASE, $1")
                .replaceAll("collection: \\w+\\.", "collection: app.")
                .replaceAll("--owner \\S+", "--owner OWNER")
                .replaceAll("run [0-9a-f]{8}\\b", "run ID")
                .replaceAll("\\b[0-9a-f]{8}\\b", "ID")
                .replaceAll("\\b\\w+@\\w[\\w.-]*", "USER")
                .replaceAll("\\S*/(mend.java)", "$1")
                .replaceAll("\\S*mongodumps/\\S+", "DUMP")
                .replaceAll("restored into \\S+", "restored into app")
                .replaceAll("by \\S+ on ", "by USER on ")
                .replaceAll(" on \\S+, pid \\d+", " on HOST, pid PID")
                .replaceAll("[ \t]+", " ")
                .strip();
    }
}

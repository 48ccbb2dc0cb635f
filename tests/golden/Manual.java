package golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import support.Checkout;

/**
 * README.md and the pages of docs/ and its folders, and the examples in them: fenced blocks below a comment with their kind, as
 * {@code <!-- file: mongomigrations/1_add_users.java -->}.
 */
public record Manual(List<Page> pages) {
    private static final Pattern MARKED =
            Pattern.compile("<!-- (\\w+)(?:: (\\S+))? -->\n```\\w*\n(.*?)```\n", Pattern.DOTALL);
    private static final Pattern UNMARKED =
            Pattern.compile("(?<! -->\n)^```(?:java|console)\n.*?\n", Pattern.DOTALL | Pattern.MULTILINE);
    private static final String PROMPT = "$ ./migopy";

    /** A Markdown file of the checkout. */
    public record Page(Path path, String text) {
        static Page of(Path path) {
            try {
                return new Page(path, Files.readString(path));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public List<Example> examples() {
            return MARKED.matcher(text)
                    .results()
                    .map(found -> new Example(found.group(1), found.group(2), found.group(3)))
                    .toList();
        }

        /** The first lines of Java and console blocks that no comment makes an example. */
        List<String> unmarked() {
            return UNMARKED.matcher(text).results().map(found -> found.group()).toList();
        }
    }

    /**
     * A marked block.
     *
     * @param kind the comment's first word
     * @param argument the text after the comment's colon, or null
     */
    public record Example(String kind, String argument, String text) {
        /** The file's name without its folder. */
        public String fileName() {
            return argument.substring(argument.lastIndexOf('/') + 1);
        }

        /** Each command that is shown, and its answer. */
        public List<Shown> commands() {
            return Pattern.compile("^(?=\\$ )", Pattern.MULTILINE)
                    .splitAsStream(text)
                    .filter(part -> part.startsWith(PROMPT))
                    .map(Shown::of)
                    .toList();
        }
    }

    /** A command's arguments, and its answer. */
    public record Shown(String[] arguments, String answer) {
        private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|(\\S+)");

        static Shown of(String part) {
            int end = part.indexOf('\n');
            Matcher argument = ARGUMENT.matcher(part.substring(PROMPT.length(), end));
            String[] arguments = argument.results()
                    .map(found -> found.group(1) != null ? found.group(1) : found.group(2))
                    .toArray(String[]::new);
            return new Shown(arguments, part.substring(end + 1));
        }
    }

    public static Manual read() {
        Path root = Checkout.root();
        try (Stream<Path> docs = Files.walk(root.resolve("docs"))) {
            var pages = docs.filter(path -> path.toString().endsWith(".md")).sorted();
            return new Manual(Stream.concat(Stream.of(root.resolve("README.md")), pages)
                    .map(Page::of)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The page of this file name. */
    public Page page(String name) {
        return pages.stream()
                .filter(page -> page.path().endsWith(name))
                .findFirst()
                .orElseThrow();
    }

    /** All examples of a kind. */
    public List<Example> all(String kind) {
        return pages.stream()
                .flatMap(page -> page.examples().stream())
                .filter(example -> example.kind().equals(kind))
                .toList();
    }

    /** The one example of a kind. */
    Example one(String kind) {
        List<Example> found = all(kind);
        if (found.size() != 1) {
            throw new AssertionError("the manual has %d examples of the kind %s".formatted(found.size(), kind));
        }
        return found.get(0);
    }

    /** The example that is this file, the first if there are several. */
    Example file(String name) {
        return all("file").stream()
                .filter(example -> example.fileName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the manual has no file " + name));
    }

    /** The text without the parts that differ from run to run: times, ids, host names. */
    public static String withoutTimes(String text) {
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
                .replaceAll("\\S*/(finish_names.java)", "$1")
                .replaceAll("\\S*mongodumps/\\S+", "DUMP")
                .replaceAll("restored into \\S+", "restored into app")
                .replaceAll("by \\S+ on ", "by USER on ")
                .replaceAll(" on \\S+, pid \\d+", " on HOST, pid PID")
                .replaceAll("[ \t]+", " ")
                .strip();
    }
}

package migopy.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Wording;

/**
 * The source code of a migration.
 *
 * @param file the file; for a text from the journal, the file that it was read from
 * @param text the text without a byte-order mark
 * @param checksum {@code sha256:} and 64 digits, see {@link #checksum(String)}
 */
public record MigrationSource(MigrationFile file, String text, String checksum) {
    /** The longest source in bytes, since the journal keeps it in a document. */
    public static final int LIMIT = 1 << 20;

    /** What each checksum begins with. */
    static final String CHECKSUM_PREFIX = "sha256:";

    /** The characters of a line of code that a frame shows. */
    private static final int CODE_LIMIT = 120;

    private static final char MARK = '\ufeff';

    /** The sources that could be read, and a problem for each of the others. */
    public record Sources(List<MigrationSource> sources, List<Problem> problems) {
        public Sources {
            sources = List.copyOf(sources);
            problems = List.copyOf(problems);
        }
    }

    /** {@code 4_split_names.java:17    users.insertOne(person)} for each line. */
    List<String> frames(Collection<Integer> lines) {
        return frames(file.fileName(), text, lines);
    }

    /** Returns file, line number and shortened code of each of these lines. */
    public static List<String> frames(String fileName, String text, Collection<Integer> lines) {
        String[] all = text.split("\\R", -1);
        List<String> frames = new ArrayList<>(lines.size());
        for (int line : lines) {
            String code = line >= 1 && line <= all.length ? all[line - 1].strip() : "";
            String shown = code.length() <= CODE_LIMIT ? code : code.substring(0, CODE_LIMIT) + " ...";
            frames.add((fileName + ":" + line + "    " + shown).strip());
        }
        return frames;
    }

    /** Returns the migrations, by their names, whose {@code verify()} no longer has to hold once this one is applied. */
    public List<String> retired() {
        return Pattern.compile("^//RETIRES\\s(.*)$", Pattern.MULTILINE)
                .matcher(text)
                .results()
                .flatMap(line -> Stream.of(line.group(1).strip().split("[\\s,]+")))
                .map(name -> name.endsWith(MigrationFile.SUFFIX)
                        ? name.substring(0, name.length() - MigrationFile.SUFFIX.length())
                        : name)
                .toList();
    }

    /** Makes a source of a text that was not read from its file, such as the journal's. */
    public static MigrationSource of(MigrationFile file, String text) {
        String bare = withoutMark(text);
        return new MigrationSource(file, bare, checksum(bare));
    }

    /**
     * Reads a file.
     *
     * @throws MigopyException refused: it cannot be read, is not UTF-8, or is longer than {@link
     *     #LIMIT}
     */
    public static MigrationSource read(MigrationFile file) {
        return of(file, text(file.path(), file.fileName()));
    }

    /** Reads many files; one that cannot be read is a problem of the kind {@code not_compilable}. */
    public static Sources readAll(List<MigrationFile> files) {
        List<MigrationSource> sources = new ArrayList<>(files.size());
        List<Problem> problems = new ArrayList<>();
        for (MigrationFile file : files) {
            try {
                sources.add(read(file));
            } catch (MigopyException e) {
                problems.add(new Problem(Problem.ProblemKind.NOT_COMPILABLE, file.name(), e.getMessage(), e.hint()));
            }
        }
        return new Sources(sources, problems);
    }

    /**
     * Reads a file's text.
     *
     * @param shown what messages call it
     * @return the text without a byte-order mark
     * @throws MigopyException refused: it cannot be read, is not UTF-8, or is longer than {@link
     *     #LIMIT}
     */
    public static String text(Path path, String shown) {
        try (InputStream in = Files.newInputStream(path)) {
            return text(in, shown);
        } catch (NoSuchFileException e) {
            throw MigopyException.refused(shown + " no longer exists", "Run the command again");
        } catch (AccessDeniedException e) {
            throw MigopyException.refused(
                    shown + " cannot be read: permission denied",
                    "Make it readable: chmod u+r " + Wording.word(path.toString()));
        } catch (IOException e) {
            throw MigopyException.refused(
                    shown + " cannot be read: " + MigrationDirectory.reason(e),
                    "Check the disk, then run the command again");
        }
    }

    /**
     * Reads a text to its end.
     *
     * @param shown what messages call it
     * @return the text without a byte-order mark
     * @throws MigopyException refused: it is not UTF-8, or is longer than {@link #LIMIT}
     */
    public static String text(InputStream in, String shown) throws IOException {
        byte[] bytes = in.readNBytes(LIMIT + 1);
        if (bytes.length > LIMIT) {
            throw MigopyException.refused(
                    shown + " is longer than 1 MB (1,048,576 bytes)",
                    "Move its data into a separate file or collection, and read it from there");
        }
        String text = decoded(bytes);
        if (text == null) {
            throw MigopyException.refused(shown + " is not UTF-8", "Save it as UTF-8");
        }
        return withoutMark(text);
    }

    private static String withoutMark(String text) {
        return !text.isEmpty() && text.charAt(0) == MARK ? text.substring(1) : text;
    }

    /** Reads at most one byte more than {@link #LIMIT}. */
    static byte[] bytes(MigrationFile file) throws IOException {
        try (InputStream in = Files.newInputStream(file.path())) {
            return in.readNBytes(LIMIT + 1);
        }
    }

    /** Returns the text, or null if it is not UTF-8. */
    static String decoded(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /**
     * Returns the checksum of a text. Line endings, trailing blanks, a byte-order mark and line
     * breaks at the end do not count.
     */
    public static String checksum(String text) {
        return checksum(text.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #checksum(String)}; what it ignores is one byte in UTF-8 and never part of another character. */
    static String checksum(byte[] source) {
        int start = hasMark(source) ? 3 : 0;
        byte[] kept = new byte[source.length - start];
        int length = 0;
        int lineEnd = 0; // of the current line, without the blanks after it
        int textEnd = 0; // of the text, without its last line breaks
        for (int i = start; i < source.length; i++) {
            byte c = source[i];
            if (c == '\r') {
                if (i + 1 < source.length && source[i + 1] == '\n') {
                    i++;
                }
                c = '\n';
            }
            if (c == '\n') {
                length = lineEnd;
                kept[length++] = c;
                lineEnd = length;
            } else {
                kept[length++] = c;
                if (c != ' ' && c != '\t') {
                    lineEnd = length;
                    textEnd = length;
                }
            }
        }
        MessageDigest digest = sha256();
        digest.update(kept, 0, textEnd);
        return CHECKSUM_PREFIX + HexFormat.of().formatHex(digest.digest());
    }

    private static boolean hasMark(byte[] source) {
        return source.length >= 3 && source[0] == (byte) 0xef && source[1] == (byte) 0xbb && source[2] == (byte) 0xbf;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /**
     * Finds literals that look like credentials: the password of a {@code createUser}, a URI with a
     * password, a variable named {@code apiKey}. A guess from the text: a computed secret is not
     * found.
     */
    public static final class Credentials {
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

        /** Returns the values that look like credentials. */
        public static List<String> in(String source) {
            return matches(source).stream()
                    .map(found -> found.group(1))
                    .distinct()
                    .toList();
        }

        /** Returns the numbers of the lines with such a value, from 1, in order. */
        public static List<Integer> lines(String source) {
            // A value is never at the beginning of a line, so the text before it ends in its line.
            return matches(source).stream()
                    .map(found ->
                            (int) source.substring(0, found.start(1)).lines().count())
                    .distinct()
                    .sorted()
                    .toList();
        }

        /** Masks the source's credentials in a line of a message about it. */
        public static String masked(String line, String source) {
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
}

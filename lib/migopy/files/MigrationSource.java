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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import migopy.MigopyException;
import migopy.Problem;

/**
 * A migration's text.
 *
 * @param file where it comes from; for a stored text, where it would lie
 * @param text the text without a byte-order mark
 * @param checksum {@code sha256:} and 64 digits, of the text without what does not count
 */
public record MigrationSource(MigrationFile file, String text, String checksum) {
    /** The longest source in bytes: the journal keeps it inside of a document. */
    public static final int LIMIT = 1 << 20;

    /** So much of a line of code stands in a frame, in characters. */
    private static final int CODE_LIMIT = 120;

    private static final char MARK = '\ufeff';

    /** Some sources, and why others could not be had. */
    public record Sources(List<MigrationSource> sources, List<Problem> problems) {
        public Sources {
            sources = List.copyOf(sources);
            problems = List.copyOf(problems);
        }
    }

    /** {@code 4_split_names.java:17 users.insertOne(person)} for each line. */
    List<String> frames(Collection<Integer> lines) {
        return frames(file.fileName(), text, lines);
    }

    /** Where something happened in a text, and what stands there, shortened to what is read. */
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

    /** A text that does not come from its file, such as the journal's. */
    public static MigrationSource of(MigrationFile file, String text) {
        String bare = withoutMark(text);
        return new MigrationSource(file, bare, checksum(bare));
    }

    /**
     * Reads a file's text.
     *
     * @throws MigopyException refused: it cannot be read, is not UTF-8, or is longer than {@link
     *     #LIMIT}
     */
    public static MigrationSource read(MigrationFile file) {
        return of(file, text(file.path(), file.fileName()));
    }

    /** Reads many files; what cannot be read is a problem of the kind {@code not_compilable}. */
    public static Sources readAll(List<MigrationFile> files) {
        List<MigrationSource> sources = new ArrayList<>(files.size());
        List<Problem> problems = new ArrayList<>();
        for (MigrationFile file : files) {
            try {
                sources.add(read(file));
            } catch (MigopyException e) {
                problems.add(new Problem(Problem.Kind.NOT_COMPILABLE, file.name(), e.getMessage(), e.hint()));
            }
        }
        return new Sources(sources, problems);
    }

    /**
     * The checksum of a text: line endings, trailing blanks, a mark and line breaks at the end do
     * not count.
     */
    public static String checksum(String text) {
        return Checksum.of(text.getBytes(StandardCharsets.UTF_8));
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
            throw MigopyException.refused(shown + " is no longer there", "Start again");
        } catch (AccessDeniedException e) {
            throw MigopyException.refused(
                    shown + " cannot be read: permission denied", "Make it readable: chmod u+r " + shown);
        } catch (IOException e) {
            throw MigopyException.refused(
                    shown + " cannot be read: " + MigrationDirectory.reason(e), "See to the disk, then start again");
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
                    "Keep data in a file or a collection of its own, and read it from there");
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

    /** At most one byte more than the limit of the file. */
    static byte[] bytes(MigrationFile file) throws IOException {
        try (InputStream in = Files.newInputStream(file.path())) {
            return in.readNBytes(LIMIT + 1);
        }
    }

    /** The text, or null if it is not UTF-8. */
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
}

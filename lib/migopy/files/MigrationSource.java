package migopy.files;

import migopy.MigopyException;
import migopy.Problem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

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
            String shown =
                    code.length() <= CODE_LIMIT ? code : code.substring(0, CODE_LIMIT) + " ...";
            frames.add((fileName + ":" + line + "    " + shown).strip());
        }
        return frames;
    }

    /** Either a source or why there is none. */
    private sealed interface Reading {
        record Good(MigrationSource source) implements Reading {}

        record Bad(Problem problem) implements Reading {}
    }

    /** A text that does not come from its file, such as the journal's. */
    public static MigrationSource of(MigrationFile file, String text) {
        String bare = !text.isEmpty() && text.charAt(0) == MARK ? text.substring(1) : text;
        return new MigrationSource(file, bare, checksum(bare));
    }

    /**
     * Reads a file's text.
     *
     * @throws MigopyException refused: it cannot be read, is not UTF-8, or is longer than {@link
     *     #LIMIT}
     */
    public static MigrationSource read(MigrationFile file) {
        Reading reading = reading(file);
        if (reading instanceof Reading.Good good) {
            return good.source();
        }
        Problem problem = ((Reading.Bad) reading).problem();
        throw MigopyException.refused(problem.message(), problem.hint());
    }

    /** Reads many files; what cannot be read is a problem of the kind {@code not_compilable}. */
    public static Sources readAll(List<MigrationFile> files) {
        List<MigrationSource> sources = new ArrayList<>(files.size());
        List<Problem> problems = new ArrayList<>();
        for (MigrationFile file : files) {
            Reading reading = reading(file);
            if (reading instanceof Reading.Good good) {
                sources.add(good.source());
            } else if (reading instanceof Reading.Bad bad) {
                problems.add(bad.problem());
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

    private static Reading reading(MigrationFile file) {
        String name = file.fileName();
        byte[] bytes;
        try {
            bytes = bytes(file);
        } catch (NoSuchFileException e) {
            return bad(file, name + " is no longer there", "Start again");
        } catch (AccessDeniedException e) {
            return bad(
                    file,
                    name + " cannot be read: permission denied",
                    "Make it readable: chmod u+r " + name);
        } catch (IOException e) {
            return bad(
                    file,
                    name + " cannot be read: " + MigrationDirectory.reason(e),
                    "See to the disk, then start again");
        }
        if (bytes.length > LIMIT) {
            return bad(
                    file,
                    name + " is longer than 1 MB (1,048,576 bytes)",
                    "Keep data in a file or a collection of its own, and read it from there");
        }
        String text = decoded(bytes);
        if (text == null) {
            return bad(file, name + " is not UTF-8", "Save it as UTF-8");
        }
        return new Reading.Good(of(file, text));
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
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static Reading bad(MigrationFile file, String message, String hint) {
        return new Reading.Bad(
                new Problem(Problem.Kind.NOT_COMPILABLE, file.name(), message, hint));
    }
}

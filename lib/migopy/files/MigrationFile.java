package migopy.files;

import java.nio.file.Path;

/**
 * A migration's file: {@code 3_add_users.java}. Ordered by number; {@code 007} and {@code 7} are
 * the same number.
 *
 * @param number the number in its name
 * @param name the file's name without {@code .java}
 * @param path where it lies; for a stored text, where it would lie
 */
public record MigrationFile(long number, String name, Path path)
        implements Comparable<MigrationFile> {
    /** What a migration's file name ends in. */
    public static final String SUFFIX = ".java";

    /** The file's name: {@code 3_add_users.java}. */
    public String fileName() {
        return name + SUFFIX;
    }

    @Override
    public int compareTo(MigrationFile other) {
        int byNumber = Long.compare(number, other.number);
        return byNumber == 0 ? name.compareTo(other.name) : byNumber;
    }
}

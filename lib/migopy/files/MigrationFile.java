package migopy.files;

import java.nio.file.Path;

/**
 * A migration's file: {@code 3_add_users.java}. Ordered by number; {@code 007} and {@code 7} are the
 * same number.
 *
 * @param number the number in its name
 * @param name the file's name without {@code .java}
 * @param path its path; for a text from the journal, the path that it had
 */
public record MigrationFile(long number, String name, Path path) implements Comparable<MigrationFile> {
    /** The end of each migration's file name. */
    public static final String SUFFIX = ".java";

    /** Returns the file's name: {@code 3_add_users.java}. */
    public String fileName() {
        return name + SUFFIX;
    }

    /** Returns the file's name with another number, padded to the width of its own. */
    public String renumbered(long other) {
        int start = 0;
        while (start < name.length()) {
            int end = start;
            while (end < name.length() && Character.isDigit(name.charAt(end))) {
                end++;
            }
            if (end > start && MigrationDirectory.number(name.substring(start, end)) == number) {
                String digits = Long.toString(other);
                String zeros = "0".repeat(Math.max(0, end - start - digits.length()));
                return name.substring(0, start) + zeros + digits + name.substring(end) + SUFFIX;
            }
            start = end + 1;
        }
        return other + "_" + fileName(); // the pattern matches only a part of the digits
    }

    @Override
    public int compareTo(MigrationFile other) {
        int byNumber = Long.compare(number, other.number);
        return byNumber == 0 ? name.compareTo(other.name) : byNumber;
    }
}

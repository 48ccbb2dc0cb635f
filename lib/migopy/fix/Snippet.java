package migopy.fix;

/**
 * One snippet of JShell's.
 *
 * @param source its text, from its first character that is no blank
 * @param line where that is in the file, from 1
 */
record Snippet(String source, int line) {
    /** The line in the file of a line of this snippet, which JShell may place behind its end. */
    int lineInFile(int within) {
        long last = source.lines().count();
        return line + (int) Math.max(0, Math.min(within, last) - 1);
    }

    /** The line of the file in which a character of this snippet stands. */
    int lineAt(long position) {
        int end = (int) Math.max(0, Math.min(position, source.length()));
        return line
                + (int) source.substring(0, end).chars().filter(c -> c == '\n').count();
    }

    /** That line's text. */
    String textOf(int lineInFile) {
        return source.lines().skip(lineInFile - line).findFirst().orElse("");
    }
}

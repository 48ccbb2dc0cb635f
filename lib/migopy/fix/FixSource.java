package migopy.fix;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.stream.Stream;
import migopy.MigopyException;
import migopy.files.MigrationSource;

/**
 * A fix's text.
 *
 * @param typed what was typed for it: a file, or {@code -}
 * @param name what messages call it: {@code mend.jsh}
 * @param path where it lies; for standard input, where it would lie
 * @param java whether it is a class, and not JShell's lines
 */
record FixSource(String typed, String name, Path path, boolean java, String text) {
    /** What stands for standard input. */
    static final String STANDARD_INPUT = "-";

    private static final String JAVA = ".java";
    private static final String JSHELL = ".jsh";

    /**
     * Reads a file, looked for in the current folder and then in the project's.
     *
     * @throws MigopyException usage, if there is no such file or it is neither kind; refused, if it
     *     cannot be read, is not UTF-8 or longer than the record can keep
     */
    static FixSource ofFile(String typed, Path home) {
        boolean java = typed.endsWith(JAVA);
        if (!java && !typed.endsWith(JSHELL)) {
            throw MigopyException.usage(
                    typed + " is neither a .java file nor a .jsh file",
                    "A class with static up() goes into a .java, lines of JShell into a .jsh");
        }
        Path path = find(typed, home);
        String text = MigrationSource.text(path, typed);
        return new FixSource(typed, path.getFileName().toString(), path, java, text);
    }

    /** Reads standard input to its end. */
    static FixSource ofStandardInput(InputStream in, boolean java, Path home) {
        String name = "stdin" + (java ? JAVA : JSHELL);
        try {
            String text = MigrationSource.text(in, "Standard input");
            if (text.isBlank()) {
                throw MigopyException.usage("Standard input is empty", "For example: {migopy} run - <<'END'");
            }
            return new FixSource(STANDARD_INPUT, name, home.resolve(name), java, text);
        } catch (IOException e) {
            throw MigopyException.refused("Standard input cannot be read: " + e.getMessage(), "Start again");
        }
    }

    private static Path find(String typed, Path home) {
        try {
            return Stream.of(Path.of("").toAbsolutePath(), home)
                    .map(folder -> folder.resolve(typed))
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .orElseThrow(() -> missing(typed));
        } catch (InvalidPathException e) {
            throw missing(typed); // no file can be called that
        }
    }

    private static MigopyException missing(String typed) {
        return MigopyException.usage("There is no file " + typed, "See to its name and folder");
    }
}

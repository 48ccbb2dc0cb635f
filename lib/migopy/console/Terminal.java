package migopy.console;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * The terminal that the process is attached to, if any.
 *
 * @param output whether standard output is a terminal
 * @param errors whether standard error is one, so that a line on it can be redrawn
 * @param colour whether colours may be used
 * @param columns the width in columns; determined on demand
 */
public record Terminal(boolean output, boolean errors, boolean colour, IntSupplier columns) {
    /** The width where it is unknown. */
    public static final int DEFAULT_WIDTH = 80;

    /** Limits of the width: below the first nothing can be aligned. */
    private static final int LEAST_WIDTH = 40;

    static final int WIDEST = 1000;

    /** Limit for determining the width, or whether a descriptor is a terminal. */
    private static final long ANSWER_MS = 500;

    /** Returns the value for no terminal: a file, a pipe, a test. */
    public static Terminal none() {
        return new Terminal(false, false, false, () -> DEFAULT_WIDTH);
    }

    /** Inspects this process's standard output and standard error. */
    public static Terminal of(Map<String, String> environment) {
        boolean dumb = "dumb".equals(environment.get("TERM"));
        boolean output = isTerminal(1);
        boolean errors = isTerminal(2) && !dumb;
        boolean colour = !dumb && environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Terminal(output, errors, colour, new Columns(environment.get("COLUMNS"), output || errors));
    }

    /** Returns the width in columns. */
    public int width() {
        return Math.min(WIDEST, Math.max(LEAST_WIDTH, columns.getAsInt()));
    }

    /**
     * Returns whether a file descriptor of this process (0, 1 or 2) is a terminal. Java has no method for it
     * before version 22.
     */
    public static boolean isTerminal(int descriptor) {
        Path linux = Path.of("/proc/self/fd/" + descriptor);
        try {
            if (Files.isSymbolicLink(linux)) {
                String target = Files.readSymbolicLink(linux).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            }
            ProcessBuilder test = new ProcessBuilder("test", "-t", Integer.toString(descriptor)).inheritIO();
            Process process = test.start();
            return process.waitFor(ANSWER_MS, TimeUnit.MILLISECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // no such program, no such file: then nothing here draws lines
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Determined once, and only on a terminal, because it takes a child process. */
    private static final class Columns implements IntSupplier {
        private final String given;
        private final boolean ask;
        private int known;

        Columns(String given, boolean ask) {
            this.given = given;
            this.ask = ask;
        }

        @Override
        public synchronized int getAsInt() {
            if (known == 0) {
                known = number(given);
                known = known > 0 ? known : ask ? asked() : DEFAULT_WIDTH;
            }
            return known;
        }

        private static int number(String text) {
            return text != null && text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        }

        private static int asked() {
            ProcessBuilder stty = new ProcessBuilder("stty", "size");
            stty.redirectInput(new File("/dev/tty")).redirectError(ProcessBuilder.Redirect.DISCARD);
            try {
                Process process = stty.start();
                if (!process.waitFor(ANSWER_MS, TimeUnit.MILLISECONDS)) {
                    process.destroy();
                    return DEFAULT_WIDTH;
                }
                String size = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
                int columns = number(size.substring(size.indexOf(' ') + 1));
                return columns > 0 ? columns : DEFAULT_WIDTH;
            } catch (IOException e) {
                return DEFAULT_WIDTH; // without stty lines are as wide as they ever were
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return DEFAULT_WIDTH;
            }
        }
    }
}

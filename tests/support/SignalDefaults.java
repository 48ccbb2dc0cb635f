package support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that a script starts with {@code &} ignores SIGINT, and so do its children, so that no test could interrupt
 * a run. Such tests restart themselves with the system's defaults.
 */
public final class SignalDefaults {
    private static final String AGAIN = "migopy.test.again";
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final String IGNORED = "SigIgn:";
    private static final int SIGHUP = 1;
    private static final int SIGINT = 2;
    private static final long LIMIT_HOURS = 6;

    /** Commands that restore the defaults for the command after them; the first that works is used. */
    private static final List<List<String>> TOOLS = List.of(
            List.of("env", "--default-signal=INT"),
            List.of("perl", "-e", "$SIG{INT} = 'DEFAULT'; exec @ARGV"),
            List.of(
                    "python3",
                    "-c",
                    "import os, signal, sys; signal.signal(signal.SIGINT,"
                            + " signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])"));

    private SignalDefaults() {}

    /** Returns whether this JVM, and so every child, ignores SIGINT. */
    public static boolean lacksInterrupts() {
        return !Boolean.getBoolean(AGAIN) && ignores(SIGINT);
    }

    /** Returns whether it ignores SIGHUP, as under {@code nohup}, whose purpose a restart would defeat. */
    public static boolean lacksHangups() {
        return ignores(SIGHUP);
    }

    private static boolean ignores(int signal) {
        if (!Files.isReadable(STATUS)) {
            return false;
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(IGNORED))
                    .map(line -> Long.parseUnsignedLong(
                            line.substring(IGNORED.length()).strip(), 16))
                    .anyMatch(mask -> (mask & 1L << signal - 1) != 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the same program in a JVM that does not ignore it; returns its exit code. */
    public static int startAgain() {
        List<String> command = new ArrayList<>(tool());
        try {
            command.add(ProcessHandle.current().info().command().orElseThrow());
            command.add("-D" + AGAIN + "=true");
            command.addAll(arguments());
            Process process = new ProcessBuilder(command).inheritIO().start();
            Thread end = new Thread(process::destroy, "end-the-tests");
            Runtime.getRuntime().addShutdownHook(end);
            if (!process.waitFor(LIMIT_HOURS, TimeUnit.HOURS)) {
                return 1;
            }
            Runtime.getRuntime().removeShutdownHook(end);
            return process.exitValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** ProcessHandle returns none if they are longer than 4 KB. */
    private static List<String> arguments() throws IOException {
        List<String> command =
                List.of(Files.readString(COMMAND_LINE, StandardCharsets.UTF_8).split("\0"));
        return command.subList(1, command.size());
    }

    private static List<String> tool() {
        for (List<String> tool : TOOLS) {
            List<String> attempt = new ArrayList<>(tool);
            attempt.add("true");
            try {
                Process process = new ProcessBuilder(attempt)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor() == 0) {
                    return tool;
                }
            } catch (IOException e) {
                continue; // not installed here
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        System.err.println("SIGINT is ignored here, and none of env, perl and python3 can change it.");
        return List.of();
    }
}

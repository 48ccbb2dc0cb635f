package mongo.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import support.Eventually;
import support.Result;
import support.Scratch;

/** Processes of other tools. */
final class Processes {
    /** The exit code of a command that cannot be started. */
    static final int NOT_STARTED = 127;

    private static final long LIMIT_SECONDS = 150;

    private Processes() {}

    /** Runs a command to its end; the exit code may be {@link #NOT_STARTED}. */
    static Result run(Path folder, Map<String, String> environment, List<String> command) {
        Path output = Scratch.folder("output");
        try {
            Process process = builder(folder, environment, command)
                    .redirectOutput(output.resolve("out").toFile())
                    .redirectError(output.resolve("err").toFile())
                    .start();
            try {
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    throw new AssertionError(command + " took more than " + LIMIT_SECONDS + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            return new Result(
                    String.join(" ", command),
                    process.exitValue(),
                    Files.readString(output.resolve("out")),
                    Files.readString(output.resolve("err")));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (IOException e) {
            return new Result(String.join(" ", command), NOT_STARTED, "", e.toString());
        }
    }

    /** Starts a command and kills it with SIGKILL once the fact holds. */
    static void killOnce(
            String what, BooleanSupplier fact, Path folder, Map<String, String> environment, List<String> command) {
        Path out = Scratch.folder("output").resolve("out");
        try {
            Process process = builder(folder, environment, command)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            try {
                Eventually.until(what, Eventually.LIMIT, () -> fact.getAsBoolean() || !process.isAlive());
                if (!process.isAlive()) {
                    throw new AssertionError(command + " ended: " + Files.readString(out));
                }
            } finally {
                process.destroyForcibly();
            }
            process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProcessBuilder builder(Path folder, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        Map<String, String> all = builder.environment();
        all.keySet()
                .removeIf(name -> name.startsWith("MONGO_")
                        || name.startsWith("MIGRATIONS_")
                        || name.startsWith("MIGOPY_")
                        || name.equals("JAVA_TOOL_OPTIONS"));
        if (command.get(0).equals("python2.7")) {
            // pyenv, where it is installed, otherwise refuses to start a version that is not its default.
            all.put("PYENV_VERSION", "2.7");
        }
        all.putAll(environment);
        return builder;
    }
}

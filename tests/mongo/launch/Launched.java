package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import support.Scratch;

/**
 * A finished run of a launcher.
 *
 * @param pid its process id
 * @param exitCode its exit code; 128 and more after a signal
 * @param out all of standard output
 * @param err all of standard error
 */
record Launched(long pid, int exitCode, String out, String err) {
    /** Includes fetching JBang and the jars of a first build over a slow network. */
    private static final Duration LIMIT = Duration.ofSeconds(120);

    /** The variables that launchers inherit from the tests. */
    private static final List<String> INHERITED = List.of("PATH", "HOME", "JBANG_DIR", "JBANG_REPO", "TMPDIR");

    /** A running launcher. */
    record Running(Process process, Path out, Path err) {
        Launched ended() {
            try {
                if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("did not end: " + Files.readString(err));
                }
                return new Launched(process.pid(), process.exitValue(), Files.readString(out), Files.readString(err));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        String outSoFar() {
            return read(out);
        }

        String errSoFar() {
            return read(err);
        }

        private static String read(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Starts a command.
     *
     * @param changes variables besides the few inherited ones; an empty value removes a variable
     */
    static Running start(Path folder, Map<String, String> changes, String in, List<String> command) {
        try {
            Path scratch = Scratch.folder("launched");
            Path input = Files.writeString(scratch.resolve("in"), in);
            Path out = scratch.resolve("out");
            Path err = scratch.resolve("err");
            ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                    .directory(folder.toFile())
                    .redirectInput(input.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            Map<String, String> environment = builder.environment();
            environment.keySet().retainAll(INHERITED);
            environment.put("JAVA_HOME", System.getProperty("java.home"));
            environment.put("LANG", "C.UTF-8");
            environment.put("MIGOPY_ARCHIVE", "off");
            if (!changes.containsKey("HOME")) {
                // Concurrent builds of one script break each other, and these tests may run on two JDKs at once.
                environment.put(
                        "JBANG_CACHE_DIR", Scratch.root().resolve("jbang").toString());
            }
            environment.putAll(changes);
            environment.values().removeIf(String::isEmpty);
            return new Running(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Launched run(Path folder, Map<String, String> changes, String... command) {
        return start(folder, changes, "", List.of(command)).ended();
    }

    static Launched run(Path folder, String... command) {
        return run(folder, Map.of(), command);
    }

    Launched exits(int expected) {
        assertThat(exitCode).as("out: %s%nerr: %s", out, err).isEqualTo(expected);
        return this;
    }

    Launched says(String text) {
        assertThat(out + err).contains(text);
        return this;
    }
}

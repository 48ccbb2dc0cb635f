package migopy.files;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** JBang as a child process, asked which jars some {@code //DEPS} or a script stand for. */
final class Jbang {
    /** A first answer may have to download JBang and a large jar over a slow line. */
    static final Duration TIME_LIMIT = Duration.ofMinutes(5);

    /** How long a child that is told to end has for it. */
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    /** So much of what JBang says is read, in bytes. */
    private static final int OUTPUT_LIMIT = 1 << 20;

    /** So many of JBang's last lines are shown when it fails. */
    private static final int SHOWN_LINES = 8;

    private static final String NAME = "jbang";
    private static final String VARIABLE = "JBANG_LAUNCH_CMD";

    private final Path home;
    private final Map<String, String> environment;
    private final Duration timeLimit;

    Jbang(Path home, Map<String, String> environment) {
        this(home, environment, TIME_LIMIT);
    }

    Jbang(Path home, Map<String, String> environment, Duration timeLimit) {
        this.home = home;
        this.environment = environment;
        this.timeLimit = timeLimit;
    }

    /** Asks JBang for the jars that some lines of {@code //DEPS} and {@code //REPOS} name. */
    Dependencies.Jars resolve(List<String> lines) {
        Optional<Path> command = command();
        if (command.isEmpty()) {
            return missing(
                    "its //DEPS need JBang, which was not found",
                    "Install JBang, or put the launcher jbang beside migopy.java",
                    List.of());
        }
        try {
            Path folder = Files.createTempDirectory("migopy-deps");
            try {
                return ask(command.get(), lines, folder);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            return missing(
                    "its //DEPS could not be resolved: " + MigrationDirectory.reason(e),
                    "See that %s can be started".formatted(command.get()),
                    List.of());
        }
    }

    /** The command that started us, else the one on PATH, else the launcher beside migopy.java. */
    private Optional<Path> command() {
        List<String> candidates = new ArrayList<>();
        candidates.add(environment.getOrDefault(VARIABLE, ""));
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (!folder.isEmpty()) {
                candidates.add(folder + File.separator + NAME);
            }
        }
        candidates.add(home.resolve(NAME).toString());
        for (String candidate : candidates) {
            try {
                Path path = Path.of(candidate);
                if (Files.isRegularFile(path) && Files.isExecutable(path)) {
                    return Optional.of(path.toAbsolutePath());
                }
            } catch (InvalidPathException e) {
                continue;
            }
        }
        return Optional.empty();
    }

    private Dependencies.Jars ask(Path command, List<String> lines, Path folder) throws IOException {
        // A stand-in with these lines only: JBang would also build what the file's other //DEPS
        // name.
        Path script = folder.resolve("dependencies.java");
        Files.writeString(script, String.join("\n", lines) + "\nclass dependencies {}\n", StandardCharsets.UTF_8);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        List<String> words = List.of("info", "classpath", "--deps-only", script.toString());
        Integer exitCode;
        try {
            exitCode = exitCode(command, words, out, err);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return missing("its //DEPS were interrupted", "Start again", List.of());
        }
        if (exitCode == null) {
            return missing(
                    "its //DEPS were not resolved within %d s".formatted(timeLimit.toSeconds()),
                    "See to the network, then start again",
                    tail(err));
        }
        if (exitCode != 0) {
            return missing(
                    "its //DEPS cannot be resolved: " + String.join(" ", lines).replace("//DEPS ", ""),
                    "See to their names and versions, and to the network",
                    tail(err));
        }
        return new Dependencies.Resolved(Dependencies.paths(lastLine(out)));
    }

    /** JBang's exit code, or null where it did not end in time. */
    private Integer exitCode(Path command, List<String> words, Path out, Path err)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(command.toString(), "--quiet"));
        line.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(line);
        // Whoever resolves jars needs no password.
        builder.environment().keySet().removeIf(name -> name.startsWith("MONGO_"));
        builder.redirectOutput(out.toFile()).redirectError(err.toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            boolean ended = process.waitFor(timeLimit.toMillis(), TimeUnit.MILLISECONDS);
            return ended ? process.exitValue() : null;
        } finally {
            end(process);
        }
    }

    /**
     * The last line that JBang answers.
     *
     * @return empty where there is no JBang, or it fails
     */
    Optional<String> answer(List<String> words) {
        Optional<Path> command = command();
        if (command.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path folder = Files.createTempDirectory("migopy-jbang");
            try {
                Path out = folder.resolve("out");
                Integer exitCode = exitCode(command.get(), words, out, folder.resolve("err"));
                return exitCode != null && exitCode == 0 ? Optional.of(lastLine(out)) : Optional.empty();
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static String lastLine(Path out) throws IOException {
        String last = "";
        for (String line : text(out).lines().toList()) {
            last = line.isBlank() ? last : line;
        }
        return last;
    }

    private static void end(Process process) {
        if (!process.isAlive()) {
            return;
        }
        // A launcher in shell has a java below it, which would live on.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> tail(Path file) throws IOException {
        // JBang 0.132 stumbles over its own null after it could not resolve something: no news for
        // anybody.
        List<String> lines = text(file)
                .lines()
                .filter(line -> !line.isBlank() && !line.contains("Cannot invoke \""))
                .toList();
        return lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size());
    }

    private static String text(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(OUTPUT_LIMIT), StandardCharsets.UTF_8);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private static Dependencies.Jars missing(String message, String hint, List<String> details) {
        return new Dependencies.Unresolved(message, hint, details);
    }
}

package migopy.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import migopy.Problem;
import migopy.console.Wording;
import migopy.files.SourceCompiler.InvalidSource;

/** Runs JBang in a child process, to resolve {@code //DEPS} and to find the jar of a script. */
public final class Jbang {
    /** The first call may download JBang and large jars over a slow connection. */
    static final Duration TIME_LIMIT = Duration.ofMinutes(5);

    /** How long an ended child process is waited for. */
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    /** The bytes of JBang's output that are read. */
    private static final int OUTPUT_LIMIT = 1 << 20;

    /** The number of JBang's last lines that are shown when it fails. */
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

    /**
     * Resolves lines of {@code //DEPS} and {@code //REPOS} to jars.
     *
     * @throws InvalidSource if JBang is missing, fails, or takes too long
     */
    List<Path> resolve(List<String> lines) throws InvalidSource {
        Optional<Path> command = command();
        if (command.isEmpty()) {
            throw unresolved(
                    "has //DEPS, which need JBang, and JBang was not found",
                    "Install JBang, or put its launcher jbang next to migopy.java",
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
            throw unresolved(
                    "has //DEPS that could not be resolved: " + MigrationDirectory.reason(e),
                    "Check that this command can be started: %s".formatted(command.get()),
                    List.of());
        }
    }

    /**
     * Returns what runs migopy.java when it is typed in the current folder: {@code jbang migopy.java}, or {@code ./jbang
     * migopy.java} where JBang is not installed.
     *
     * @param home the folder with migopy.java
     */
    public static String typed(Path home, Map<String, String> environment) {
        Path here = Path.of("").toAbsolutePath();
        boolean installed = Programs.first(Programs.onPath(NAME, environment)).isPresent();
        Path copy = home.toAbsolutePath().resolve(NAME);
        String command =
                !installed && Programs.first(List.of(copy.toString())).isPresent() ? started(here, copy) : NAME;
        return command
                + " "
                + Wording.word(here.relativize(home.toAbsolutePath().resolve("migopy.java"))
                        .toString());
    }

    /** Returns the launcher {@code migopy} as it is typed in the current folder, else what {@link #typed} returns. */
    public static String launcher(Path home, Map<String, String> environment) {
        Path launcher = home.resolve("migopy");
        return Programs.first(List.of(launcher.toString())).isPresent()
                ? started(Path.of("").toAbsolutePath(), launcher)
                : typed(home, environment);
    }

    private static String started(Path here, Path program) {
        return Wording.word(Programs.typed(here, program));
    }

    /** Returns the JBang that started this process, else the one in PATH, else the launcher next to migopy.java. */
    Optional<Path> command() {
        List<String> candidates = new ArrayList<>();
        candidates.add(environment.getOrDefault(VARIABLE, ""));
        candidates.addAll(Programs.onPath(NAME, environment));
        candidates.add(home.resolve(NAME).toString());
        return Programs.first(candidates);
    }

    private List<Path> ask(Path command, List<String> lines, Path folder) throws IOException, InvalidSource {
        // A script with these lines only, since JBang would also build the .java files in //DEPS.
        Path script = folder.resolve("dependencies.java");
        Files.writeString(script, String.join("\n", lines) + "\nclass dependencies {}\n", StandardCharsets.UTF_8);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        List<String> arguments = List.of("info", "classpath", "--deps-only", script.toString());
        Integer exitCode;
        try {
            exitCode = exitCode(command, arguments, out, err);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unresolved("has //DEPS whose resolution was interrupted", "Run the command again", List.of());
        }
        if (exitCode == null) {
            throw unresolved(
                    "has //DEPS that were not resolved within %d s".formatted(timeLimit.toSeconds()),
                    "Check the network, then run the command again",
                    tail(err));
        }
        if (exitCode != 0) {
            throw unresolved(
                    "has //DEPS that cannot be resolved: "
                            + String.join(" ", lines).replace("//DEPS ", ""),
                    "Check the coordinates and the network",
                    tail(err));
        }
        return Dependencies.paths(lastLine(out));
    }

    /** Returns JBang's exit code, or null after the time limit. */
    private Integer exitCode(Path command, List<String> arguments, Path out, Path err)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(command.toString(), "--quiet"));
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line);
        // JBang does not need the database's credentials.
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

    /** Returns the last line of JBang's output; empty if JBang was not found or fails. */
    Optional<String> answer(List<String> arguments) {
        Optional<Path> command = command();
        if (command.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path folder = Files.createTempDirectory("migopy-jbang");
            try {
                Path out = folder.resolve("out");
                Integer exitCode = exitCode(command.get(), arguments, out, folder.resolve("err"));
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
        // A shell script does not end the java process that it has started.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> tail(Path file) throws IOException {
        // JBang 0.132 throws a NullPointerException after it could not resolve something.
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

    private static InvalidSource unresolved(String what, String hint, List<String> details) {
        return new InvalidSource(Problem.ProblemKind.NOT_COMPILABLE, what, hint, details);
    }
}

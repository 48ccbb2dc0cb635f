package migopy.mongo;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import migopy.MigopyException;
import migopy.files.CacheFolder.Ownership;
import migopy.files.Dependencies;
import migopy.files.MigrationSource;

/**
 * The embedded database, in a JVM of its own that ends with this one. Its data is in {@code embedded/data} of
 * the cache folder, and one run at a time can use it.
 */
public final class EmbeddedServer implements AutoCloseable {
    /** From the start of its JVM until it listens, which takes less than a second on an idle machine. */
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    /** To flush and close its file, before it is killed. */
    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private final Process process;
    private final int port;

    private EmbeddedServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts the server. The first time, JBang fetches its jars.
     *
     * @param home the project's folder, which may contain JBang's launcher
     * @param cacheDirectory the folder that holds the server's files
     * @throws MigopyException kind unreachable, if it cannot be started or another run uses its data
     */
    public static EmbeddedServer start(Path home, Path cacheDirectory) {
        Process process;
        Path log = cacheDirectory.resolve("embedded").resolve("log");
        try {
            EmbeddedProgram program = EmbeddedProgram.prepare(home, cacheDirectory, System.getenv());
            ProcessBuilder builder = new ProcessBuilder(program.command()).redirectError(log.toFile());
            // it needs no settings, so it gets no secrets
            builder.environment().keySet().removeIf(name -> name.startsWith("MONGO_"));
            process = builder.start();
        } catch (IOException | UncheckedIOException e) {
            throw cannotStart(String.valueOf(e.getMessage()), log);
        }
        boolean started = false;
        try {
            EmbeddedServer server = new EmbeddedServer(process, port(firstLine(process, log), log));
            started = true;
            return server;
        } finally {
            if (!started) {
                process.destroyForcibly();
            }
        }
    }

    /** The port on 127.0.0.1 that it listens on. */
    public int port() {
        return port;
    }

    /** Ends the server and waits for it. A server that does not end is killed. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has ended already, which closed the pipe.
            process.destroyForcibly();
        }
        try {
            if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            // It ends by itself, since its input has ended.
            Thread.currentThread().interrupt();
        }
    }

    private static String firstLine(Process process, Path log) {
        var answer = new FutureTask<>(() -> readLine(process));
        Thread reader = new Thread(answer, "migopy-embedded");
        reader.setDaemon(true);
        reader.start();
        try {
            return answer.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw cannotStart("it did not respond within " + START_LIMIT.toSeconds() + " s", log);
        } catch (ExecutionException e) {
            throw cannotStart(String.valueOf(e.getCause().getMessage()), log);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException();
        }
    }

    private static String readLine(Process process) throws IOException {
        var in = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8);
        String line = new BufferedReader(in).readLine();
        return line == null ? "" : line;
    }

    private static int port(String line, Path log) {
        String[] words = line.split(" ", 2);
        return switch (words[0]) {
            case "port" -> Integer.parseInt(words[1]);
            case "locked" ->
                throw MigopyException.unreachable(
                        "The embedded database is in use by another run", "Wait until that run has finished");
            case "failed" -> throw cannotStart(words[1], log);
            default -> throw cannotStart("it exited immediately", log);
        };
    }

    private static MigopyException cannotStart(String reason, Path log) {
        return MigopyException.unreachable(
                "The embedded database cannot be started: " + reason, "Check its log: " + log);
    }

    /**
     * The program of the embedded server's JVM: the script's classes, compiled once, and its jars, resolved
     * once.
     *
     * @param folder the folder of its files
     * @param classPath the script's classes, then its jars
     */
    record EmbeddedProgram(Path folder, List<Path> classPath) {
        private static final String NAME = "EmbeddedDatabase";
        private static final String MAIN = "migopy.embedded." + NAME;

        /** A //FILES line puts it into the jar, so that it is available from a URL, too. */
        private static final String RESOURCE = "/migopy/embedded/" + NAME + ".java";

        /** Prepares what is missing, with a message since that takes a while. */
        static EmbeddedProgram prepare(Path home, Path cacheDirectory, Map<String, String> environment)
                throws IOException {
            Path folder = cacheDirectory.resolve("embedded");
            String text = script();
            Path classes = folder.resolve(nameOfClasses(text));
            boolean fresh = !Files.isDirectory(classes);
            if (fresh) {
                System.err.println("Preparing the embedded database (once)");
            }
            // before the folder, since this creates the .gitignore of a new cache
            List<Path> jars = Dependencies.ofScript("the embedded database", text, home, cacheDirectory, environment);
            Ownership.createFolder(folder);
            if (fresh) {
                compile(text, classes, jars);
            }
            if (!Ownership.isSafe(folder) || !Ownership.isSafe(classes)) {
                throw MigopyException.refused(
                        "%s belongs to another user, or others can write to it".formatted(folder),
                        "Set MIGOPY_CACHE to a folder that only you can write to");
            }
            List<Path> classPath = new ArrayList<>(List.of(classes));
            classPath.addAll(jars);
            return new EmbeddedProgram(folder, classPath);
        }

        /** The folder of the classes of this text and this Java. */
        private static String nameOfClasses(String text) {
            String checksum = MigrationSource.checksum(text);
            return "classes-%d-%s".formatted(Runtime.version().feature(), checksum.substring(checksum.length() - 16));
        }

        /** The command line of its JVM. */
        List<String> command() {
            String path = classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
            return List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    path,
                    MAIN,
                    folder.resolve("data").toString());
        }

        private static String script() throws IOException {
            try (InputStream in = EmbeddedProgram.class.getResourceAsStream(RESOURCE)) {
                return new String(Objects.requireNonNull(in, RESOURCE).readAllBytes(), StandardCharsets.UTF_8);
            }
        }

        /**
         * Compiles into a folder of this process first, so that no other process sees some of the classes
         * only.
         */
        private static void compile(String text, Path classes, List<Path> jars) throws IOException {
            Path made = Files.createTempDirectory(classes.getParent(), "classes-");
            try {
                compileInto(made, text, jars);
                Files.move(made, classes, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileSystemException e) {
                if (!Files.isDirectory(classes)) { // otherwise another run has just made them
                    throw e;
                }
            } finally {
                delete(made);
            }
        }

        private static void delete(Path folder) throws IOException {
            if (Files.exists(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
        }

        private static void compileInto(Path classes, String text, List<Path> jars) throws IOException {
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            if (compiler == null) {
                throw MigopyException.usage("This Java has no compiler", "Use a JDK, not a JRE: set JAVA_HOME to one");
            }
            Path source = Files.writeString(classes.resolve(NAME + ".java"), text);
            var errors = new ByteArrayOutputStream();
            String path = jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
            int code = compiler.run(
                    null,
                    errors,
                    errors,
                    "-XDignore.symbol.file",
                    "-proc:none",
                    "-encoding",
                    "UTF-8",
                    "-cp",
                    path,
                    "-d",
                    classes.toString(),
                    source.toString());
            if (code != 0) {
                throw new IOException(errors.toString(StandardCharsets.UTF_8).strip());
            }
        }
    }
}

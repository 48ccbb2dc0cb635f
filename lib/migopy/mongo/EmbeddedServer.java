package migopy.mongo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import migopy.MigopyException;

/**
 * The database for a first try, in a JVM of its own that ends with this one. Its data lies in
 * {@code embedded/data} of the cache's folder, and can be used by one run at a time.
 */
public final class EmbeddedServer implements AutoCloseable {
    /** From the start of its JVM until it listens: under a second on an idle machine. */
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    /** To write what is left and close its file, before it is killed. */
    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private final Process process;
    private final int port;

    private EmbeddedServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts the server; the first time of all JBang fetches its jars.
     *
     * @param home the project's folder, where JBang's launcher may be
     * @param cacheDirectory below which everything of the server is kept
     * @throws MigopyException kind unreachable, if it cannot be started or another run uses its
     *     data
     */
    public static EmbeddedServer start(Path home, Path cacheDirectory) {
        Process process;
        Path log = cacheDirectory.resolve("embedded").resolve("log");
        try {
            EmbeddedProgram program = EmbeddedProgram.prepare(home, cacheDirectory, System.getenv());
            ProcessBuilder builder = new ProcessBuilder(program.command()).redirectError(log.toFile());
            // It needs no settings, and what it need not know it cannot tell.
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

    /** The port that it listens on, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Ends the server and waits for it; a server that does not end is killed. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has ended already, and its end of the pipe with it.
            process.destroyForcibly();
        }
        try {
            if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            // Its input has ended, so it will, too.
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
            throw cannotStart("it did not answer within " + START_LIMIT.toSeconds() + " s", log);
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
                        "The embedded database is in use by another run",
                        "Wait for its end; it serves one run at a time");
            case "failed" -> throw cannotStart(words[1], log);
            default -> throw cannotStart("it ended at once", log);
        };
    }

    private static MigopyException cannotStart(String reason, Path log) {
        return MigopyException.unreachable("The embedded database cannot be started: " + reason, "Look into " + log);
    }
}

package support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.bson.Document;

/** Eclipse's language server for Java in a JVM of its own, used as an editor does: JSON-RPC on its standard streams. */
public final class LanguageServer implements AutoCloseable {
    /** The first Java that runs it. */
    private static final int JAVA = 21;

    private static final Duration FETCH_LIMIT = Duration.ofMinutes(2);

    /** On a busy machine the server has taken a minute to start. */
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static final int MESSAGE_LIMIT = 16 << 20;
    private static final String LENGTH = "Content-Length:";

    private final Process process;
    private final OutputStream out;
    private final BlockingQueue<Document> received = new LinkedBlockingQueue<>(10_000);
    private final Map<String, List<String>> problems = new HashMap<>();
    private int requests;

    private LanguageServer(Process process) {
        this.process = process;
        this.out = process.getOutputStream();
        Thread reader = new Thread(this::readAll, "language-server");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts the server on a folder, and waits until it has read the projects in it; skips the test where it does not run. */
    public static LanguageServer start(Path folder) throws IOException, InterruptedException {
        int java = Runtime.version().feature();
        assumeTrue(java >= JAVA, "Eclipse's language server needs Java %d, and this is %d".formatted(JAVA, java));
        Path home = fetched();
        Path own = Scratch.folder("jdtls");
        Path settings = Files.createDirectory(own.resolve("configuration"));
        Files.copy(home.resolve("configuration/config.ini"), settings.resolve("config.ini"));
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx512m"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.add("-Declipse.application=org.eclipse.jdt.ls.core.id1");
        command.add("-Declipse.product=org.eclipse.jdt.ls.core.product");
        command.add("-Dosgi.bundles.defaultStartLevel=4");
        try (var jars = Files.newDirectoryStream(home.resolve("plugins"), "org.eclipse.equinox.launcher_*.jar")) {
            command.addAll(List.of("-jar", jars.iterator().next().toString()));
        }
        command.addAll(List.of(
                "-configuration",
                settings.toString(),
                "-data",
                own.resolve("workspace").toString()));
        var server = new LanguageServer(new ProcessBuilder(command)
                .redirectError(own.resolve("err").toFile())
                .start());
        server.initialize(folder);
        return server;
    }

    private static Path fetched() throws IOException, InterruptedException {
        Path answer = Files.createTempFile(Scratch.root(), "jdtls", ".out");
        Path reason = Files.createTempFile(Scratch.root(), "jdtls", ".err");
        Process process = new ProcessBuilder("sh", Checkout.root() + "/tests/get-jdtls.sh")
                .redirectOutput(answer.toFile())
                .redirectError(reason.toFile())
                .start();
        boolean ended = process.waitFor(FETCH_LIMIT.toSeconds(), TimeUnit.SECONDS);
        process.destroy();
        assumeTrue(ended && process.exitValue() == 0, "it could not be fetched: " + Files.readString(reason));
        return Path.of(Files.readString(answer).strip());
    }

    private void initialize(Path folder) throws IOException, InterruptedException {
        request("initialize", Document.parse("""
            {rootUri: "%s", capabilities: {}, initializationOptions: {settings: {java: {
            import: {gradle: {enabled: false}, maven: {enabled: false}}}}}}
            """.formatted(folder.toUri())));
        send(Document.parse("{method: 'initialized', params: {}}"));
        await(message -> "language/status".equals(message.get("method"))
                && "ServiceReady".equals(message.getEmbedded(List.of("params", "type"), "")));
    }

    /** Opens a file as if this were its text, and returns what the server offers after {@code typed}, which is in it once. */
    public List<String> completions(Path file, String text, String typed) throws IOException, InterruptedException {
        Document named = new Document("uri", file.toUri().toString());
        Document opened = new Document(named).append("languageId", "java").append("version", 1);
        send(new Document("method", "textDocument/didOpen")
                .append("params", new Document("textDocument", opened.append("text", text))));
        String before = text.substring(0, text.indexOf(typed) + typed.length());
        Document position = new Document("line", before.split("\n").length - 1)
                .append("character", before.length() - before.lastIndexOf('\n') - 1);
        Document answer =
                request("textDocument/completion", new Document("textDocument", named).append("position", position));
        return answer.get("result", Document.class).getList("items", Document.class).stream()
                .map(item -> item.getString("label"))
                .toList();
    }

    /** Waits until the server reports the problems of a file, and returns their messages. */
    public List<String> problems(Path file) throws InterruptedException {
        String uri = file.toUri().toString();
        if (!problems.containsKey(uri)) {
            await(message -> problems.containsKey(uri));
        }
        return problems.get(uri);
    }

    private Document request(String method, Document parameters) throws IOException, InterruptedException {
        int id = ++requests;
        send(new Document("id", id).append("method", method).append("params", parameters));
        return await(
                message -> !message.containsKey("method") && Integer.valueOf(id).equals(message.get("id")));
    }

    private void send(Document message) throws IOException {
        byte[] body = message.append("jsonrpc", "2.0").toJson().getBytes(StandardCharsets.UTF_8);
        out.write("%s %d\r\n\r\n".formatted(LENGTH, body.length).getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        out.flush();
    }

    private Document await(Predicate<Document> wanted) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            Document message = received.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (message == null) {
                throw new AssertionError("the language server did not answer within " + LIMIT);
            }
            if ("textDocument/publishDiagnostics".equals(message.get("method"))) {
                Document about = message.get("params", Document.class);
                problems.put(
                        about.getString("uri"),
                        about.getList("diagnostics", Document.class).stream()
                                .map(problem -> problem.getString("message"))
                                .toList());
            }
            if (wanted.test(message)) {
                return message;
            }
        }
    }

    private void readAll() {
        try (InputStream in = new BufferedInputStream(process.getInputStream())) {
            int length = 0;
            for (String line = line(in); line != null; line = line(in)) {
                if (line.startsWith(LENGTH)) {
                    length = Math.min(
                            MESSAGE_LIMIT,
                            Integer.parseInt(line.substring(LENGTH.length()).strip()));
                } else if (line.isEmpty()) {
                    received.put(Document.parse(new String(in.readNBytes(length), StandardCharsets.UTF_8)));
                }
            }
        } catch (IOException | InterruptedException e) {
            Thread.currentThread().interrupt(); // the server was stopped
        }
    }

    /** Returns the next line of a header, or null at the end. */
    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > MESSAGE_LIMIT) {
                return null;
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

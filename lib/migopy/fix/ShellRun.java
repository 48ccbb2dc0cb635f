package migopy.fix;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import com.sun.source.util.Plugin;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import jdk.jshell.tool.JavaShellToolBuilder;
import migopy.Migration;
import migopy.console.Answer;
import migopy.console.Console;
import migopy.console.Terminal;
import migopy.console.Words;
import migopy.files.SourceCompiler;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.mongo.Topology;
import migopy.run.Ledger;
import migopy.run.OutputCapture;
import migopy.settings.Settings;
import org.bson.Document;

/** JShell's own prompt on the configured database. It takes no lock; what is typed is recorded. */
public final class ShellRun {
    private final Settings settings;
    private final Connection connection;
    private final String runId;
    private final Console console;

    /**
     * What the server says of itself and of us.
     *
     * @param user null where nobody logged in
     */
    private record Facts(boolean primary, String user, Instant time) {}

    public ShellRun(Settings settings, Connection connection, String runId, Console console) {
        this.settings = settings;
        this.connection = connection;
        this.runId = runId;
        this.console = console;
    }

    /**
     * Opens the prompt, and waits for its end.
     *
     * @throws migopy.MigopyException unreachable, if nobody answers or a right is missing
     * @throws Exception what JShell's prompt throws
     */
    public ShellAnswer run() throws Exception {
        try {
            Ledger ledger = Ledger.open(settings, connection);
            Facts facts = facts();
            sayWhereWeAre(facts);
            return prompt(new ShellRecord(
                    facts.primary() ? ledger.fixes() : null,
                    settings.redactor(),
                    runId,
                    facts.time(),
                    console::notice));
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Recording the shell");
        }
    }

    private Facts facts() {
        if (connection.topology() == Topology.EMBEDDED) {
            return new Facts(true, null, Instant.now()); // it knows neither of these commands
        }
        MongoDatabase admin = connection.client().getDatabase("admin");
        Document hello = admin.runCommand(new Document("isMaster", 1));
        Document status = admin.runCommand(new Document("connectionStatus", 1));
        List<Document> users =
                status.get("authInfo", new Document()).getList("authenticatedUsers", Document.class, List.of());
        Instant time = hello.get("localTime") instanceof Date date ? date.toInstant() : Instant.now();
        return new Facts(
                hello.getBoolean("ismaster", false),
                users.isEmpty() ? null : users.get(0).getString("user"),
                time);
    }

    private void sayWhereWeAre(Facts facts) {
        console.notice("%s, %s, %s; run %s"
                .formatted(
                        connection.describe(),
                        facts.user() == null ? "without a user" : "as " + facts.user(),
                        facts.primary() ? "the primary" : "no primary",
                        runId));
        console.notice(
                facts.primary()
                        ? "No lock is taken. What is typed is recorded; Ctrl-D ends this."
                        : "No lock is taken. Nothing can be recorded here; Ctrl-D ends it.");
    }

    @SuppressWarnings("try") // bound and watch are closed, and need no other use
    private ShellAnswer prompt(ShellRecord record) throws Exception {
        Path folder = Files.createTempDirectory("migopy-shell");
        Path startup = folder.resolve("startup.jsh");
        Path services = folder.resolve("META-INF/services");
        Path plugins = services.resolve(Plugin.class.getName());
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (OutputCapture output = OutputCapture.start(console, settings.redactor());
                ShellRecord.Unwatch watch = record.watch(output, console);
                Migration.Unbind bound =
                        Migration.bind(Migration.Binding.withoutRecord(settings.home(), connection, console::event))) {
            Files.write(startup, Prelude.IMPORTS);
            Files.createDirectories(services);
            Files.writeString(plugins, ShellPlugin.class.getName());
            thread.setContextClassLoader(new ShellLoader(record));
            output.begin();
            boolean onTerminal = Terminal.isTerminal(0) && Terminal.isTerminal(1);
            int exitCode = JavaShellToolBuilder.builder()
                    .persistence(new HashMap<>())
                    .out(System.out)
                    .err(System.err)
                    // Another stream than System.in keeps JShell from writing to the
                    // terminal's
                    // own.
                    .in(onTerminal ? System.in : new BufferedInputStream(System.in), null)
                    .interactiveTerminal(onTerminal)
                    .promptCapture(!onTerminal)
                    .start(
                            "--execution",
                            ShellExecutionProvider.NAME,
                            "--startup",
                            startup.toString(),
                            "-C-classpath",
                            "-C" + SourceCompiler.classPath(),
                            "-C-processorpath",
                            "-C" + folder,
                            "-C-Xplugin:" + ShellPlugin.NAME);
            return record.settle(output.text(), exitCode);
        } finally {
            thread.setContextClassLoader(before);
            for (Path one : List.of(startup, plugins, services, services.getParent(), folder)) {
                delete(one);
            }
        }
    }

    private void delete(Path made) {
        try {
            Files.deleteIfExists(made);
        } catch (IOException e) {
            console.notice(made + " cannot be deleted: " + e.getMessage());
        }
    }

    /**
     * A shell that has ended.
     *
     * @param run the run's id, by which {@code history} finds it
     * @param outcome {@code applied}, or {@code failed} if a snippet has thrown
     * @param durationMs how long it was open
     * @param recorded whether it could be recorded
     * @param exitCode 0, or that of {@code /exit 3}
     */
    public record ShellAnswer(String run, String outcome, long durationMs, boolean recorded, int exitCode)
            implements Answer {
        @Override
        public void words(Words out) {
            out.line(recorded ? "Recorded: {migopy} history " + run : "Not recorded.");
        }

        @Override
        public Document json() {
            return new Document("run", run)
                    .append("outcome", outcome)
                    .append("durationMs", durationMs)
                    .append("recorded", recorded)
                    .append("exitCode", exitCode);
        }
    }
}

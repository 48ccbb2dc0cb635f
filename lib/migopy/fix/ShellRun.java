package migopy.fix;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;

import jdk.jshell.tool.JavaShellToolBuilder;

import migopy.Migration;
import migopy.console.Console;
import migopy.console.ShellAnswer;
import migopy.console.Terminal;
import migopy.files.SourceCompiler;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.mongo.Topology;
import migopy.run.Ledger;
import migopy.run.OutputCapture;
import migopy.settings.Settings;

import org.bson.Document;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * JShell's own prompt on the configured database. It takes no lock; what was typed is recorded when
 * it ends.
 */
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
            return prompt(
                    new ShellRecord(
                            facts.primary() ? ledger.fixes() : null,
                            settings.redactor(),
                            runId,
                            facts.time()));
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
                status.get("authInfo", new Document())
                        .getList("authenticatedUsers", Document.class, List.of());
        Instant time =
                hello.get("localTime") instanceof Date date ? date.toInstant() : Instant.now();
        return new Facts(
                hello.getBoolean("ismaster", false),
                users.isEmpty() ? null : users.get(0).getString("user"),
                time);
    }

    private void sayWhereWeAre(Facts facts) {
        console.notice(
                "%s, %s, %s; run %s"
                        .formatted(
                                connection.describe(),
                                facts.user() == null ? "without a user" : "as " + facts.user(),
                                facts.primary() ? "the primary" : "no primary",
                                runId));
        console.notice(
                facts.primary()
                        ? "No lock is taken. What is typed is recorded when this ends; Ctrl-D ends"
                                + " it."
                        : "No lock is taken. Nothing can be recorded here; Ctrl-D ends it.");
    }

    @SuppressWarnings("try") // bound and watch are closed, and need no other use
    private ShellAnswer prompt(ShellRecord record) throws Exception {
        Map<String, String> history = new HashMap<>();
        Path startup = Files.createTempFile("migopy-shell", ".jsh");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (OutputCapture output = OutputCapture.start(console, settings.redactor());
                ShellRecord.Unwatch watch = record.watch(output, console);
                Migration.Unbind bound =
                        Migration.bind(
                                Migration.Binding.withoutRecord(connection, console::event))) {
            Files.write(startup, Prelude.IMPORTS);
            thread.setContextClassLoader(new ShellLoader(record::ended));
            output.begin();
            boolean onTerminal = Terminal.isTerminal(0) && Terminal.isTerminal(1);
            JavaShellToolBuilder.builder()
                    .persistence(history)
                    .out(System.out)
                    .err(System.err)
                    // Another stream than System.in keeps JShell from writing to the terminal's
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
                            "-C" + SourceCompiler.classPath());
            return record.settle(history, output.text());
        } finally {
            thread.setContextClassLoader(before);
            delete(startup);
        }
    }

    private void delete(Path startup) {
        try {
            Files.delete(startup);
        } catch (IOException e) {
            console.notice(startup + " cannot be deleted: " + e.getMessage());
        }
    }
}

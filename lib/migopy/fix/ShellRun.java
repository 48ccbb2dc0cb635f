package migopy.fix;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Plugin;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.tools.JavaFileObject;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import jdk.jshell.tool.JavaShellToolBuilder;
import migopy.Migration;
import migopy.console.Answer;
import migopy.console.Console;
import migopy.console.Terminal;
import migopy.console.Words;
import migopy.files.SourceCompiler;
import migopy.fix.LocalExecution.SnippetClasses;
import migopy.mongo.Connection;
import migopy.mongo.Connection.Topology;
import migopy.mongo.MongoErrors;
import migopy.run.Ledger;
import migopy.run.OutputCapture;
import migopy.settings.Settings;
import org.bson.Document;

/** Runs JShell's own prompt on the configured database. It takes no lock; what is typed is recorded. */
public final class ShellRun {
    private final Settings settings;
    private final Connection connection;
    private final String runId;
    private final Console console;

    /**
     * What the server reports about this connection.
     *
     * @param user null without authentication
     */
    private record Banner(boolean primary, String user, Instant time) {}

    public ShellRun(Settings settings, Connection connection, String runId, Console console) {
        this.settings = settings;
        this.connection = connection;
        this.runId = runId;
        this.console = console;
    }

    /**
     * Runs the prompt until it is closed.
     *
     * @throws migopy.MigopyException unreachable, if no server answers or a right is missing
     * @throws Exception what JShell's prompt throws
     */
    public ShellAnswer run() throws Exception {
        try {
            Ledger ledger = Ledger.open(settings, connection);
            Banner banner = banner();
            print(banner);
            return prompt(new ShellRecord(
                    banner.primary() ? ledger.fixes() : null,
                    settings.redactor(),
                    runId,
                    banner.time(),
                    console::notice));
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Recording the shell");
        }
    }

    private Banner banner() {
        if (connection.topology() == Topology.EMBEDDED) {
            return new Banner(true, null, Instant.now()); // it supports neither of these commands
        }
        MongoDatabase admin = connection.client().getDatabase("admin");
        Document hello = admin.runCommand(new Document("isMaster", 1));
        Document status = admin.runCommand(new Document("connectionStatus", 1));
        List<Document> users =
                status.get("authInfo", new Document()).getList("authenticatedUsers", Document.class, List.of());
        Instant time = hello.get("localTime") instanceof Date date ? date.toInstant() : Instant.now();
        return new Banner(
                hello.getBoolean("ismaster", false),
                users.isEmpty() ? null : users.get(0).getString("user"),
                time);
    }

    private void print(Banner banner) {
        console.notice("%s, %s, %s; run %s"
                .formatted(
                        connection.describe(),
                        banner.user() == null ? "without a user" : "as " + banner.user(),
                        banner.primary() ? "primary" : "not the primary",
                        runId));
        console.notice(
                banner.primary()
                        ? "No lock is taken. Every snippet is recorded. Press Ctrl-D to exit."
                        : "No lock is taken. Nothing can be recorded here. Press Ctrl-D to exit.");
    }

    @SuppressWarnings("try") // bound and hook are only closed
    private ShellAnswer prompt(ShellRecord record) throws Exception {
        Path folder = Files.createTempDirectory("migopy-shell");
        Path startup = folder.resolve("startup.jsh");
        Path services = folder.resolve("META-INF/services");
        Path plugins = services.resolve(Plugin.class.getName());
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (OutputCapture output = OutputCapture.start(console, settings.redactor());
                ShellRecord.ExitHook hook = record.settleOnExit(output, console);
                Migration.Unbind bound =
                        Migration.bind(Migration.Binding.withoutRecord(settings.home(), connection, console::event))) {
            Files.write(startup, SnippetFix.IMPORTS);
            Files.createDirectories(services);
            Files.writeString(plugins, ShellPlugin.class.getName());
            thread.setContextClassLoader(new ShellLoader(record));
            output.restart();
            boolean onTerminal = Terminal.isTerminal(0) && Terminal.isTerminal(1);
            int exitCode = JavaShellToolBuilder.builder()
                    .persistence(new HashMap<>())
                    .out(onTerminal ? System.out : new PrintStream(new WithoutPrompts(System.out), true))
                    .err(System.err)
                    // Given System.in itself, JShell reads from the terminal.
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

    /** Leaves out the control characters that the prompt prints instead of its text without a terminal. */
    private static final class WithoutPrompts extends FilterOutputStream {
        private static final int FIRST_LINE = 5;
        private static final int NEXT_LINE = 6;

        WithoutPrompts(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            if (one != FIRST_LINE && one != NEXT_LINE) {
                out.write(one);
            }
        }
    }

    private void delete(Path made) {
        try {
            Files.deleteIfExists(made);
        } catch (IOException e) {
            console.notice("%s cannot be deleted: %s".formatted(made, e.getMessage()));
        }
    }

    /**
     * Offers {@link ShellExecutionProvider} to JShell's prompt as a service. A file under META-INF
     * would be missing where the library is compiled from its sources.
     */
    static final class ShellLoader extends ClassLoader {
        private static final String SERVICE = "META-INF/services/" + ExecutionControlProvider.class.getName();

        private final ShellRecord record;

        ShellLoader(ShellRecord record) {
            super("migopy-shell", ShellLoader.class.getClassLoader());
            this.record = record;
        }

        /** Returns the record of the prompt that asked for the service. */
        ShellRecord record() {
            return record;
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return name.equals(SERVICE)
                    ? Collections.enumeration(List.of(new URL(null, "migopy:shell", new ServiceFile())))
                    : super.getResources(name);
        }

        private static final class ServiceFile extends URLStreamHandler {
            @Override
            protected URLConnection openConnection(URL url) {
                return new URLConnection(url) {
                    @Override
                    public void connect() {}

                    @Override
                    public InputStream getInputStream() {
                        return new ByteArrayInputStream(
                                ShellExecutionProvider.class.getName().getBytes(StandardCharsets.UTF_8));
                    }
                };
            }
        }
    }

    /**
     * Learns from the compiler what the prompt evaluates, which the prompt does not report: its history
     * lacks lines, and is known only at its end.
     *
     * <p>A snippet is parsed unchanged while the prompt completes it, and when it is evaluated; all
     * later sources are classes that JShell makes of it.
     */
    public static final class ShellPlugin implements Plugin {
        /** The name by which the prompt asks for it. */
        static final String NAME = "migopy";

        /** Part of the names of the classes that JShell makes. */
        private static final String MADE = "REPL";

        private static final String EVALUATES = "jdk.jshell.JShell.eval";

        /** What the prompt evaluates by itself: the imports at each start and reset, and the exit code. */
        private static final Set<String> OF_THE_PROMPT =
                Set.of("jdk.internal.jshell.tool.JShellTool.startUpRun", "jdk.internal.jshell.tool.JShellTool.cmdExit");

        /** Called by the service loader. */
        public ShellPlugin() {}

        @Override
        public String getName() {
            return NAME;
        }

        @Override
        public void init(JavacTask task, String... arguments) {
            if (Thread.currentThread().getContextClassLoader() instanceof ShellLoader shell) {
                task.addTaskListener(new TaskListener() {
                    @Override
                    public void started(TaskEvent event) {
                        record(event, shell.record());
                    }
                });
            }
        }

        private static void record(TaskEvent event, ShellRecord record) {
            JavaFileObject source = event.getSourceFile();
            if (event.getKind() != TaskEvent.Kind.PARSE) {
                return;
            }
            if (source.getName().contains(MADE)) {
                record.made();
                return;
            }
            try {
                Set<String> callers = callers();
                if (Collections.disjoint(callers, OF_THE_PROMPT)) {
                    record.parsed(source.getCharContent(true).toString(), callers.contains(EVALUATES));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e); // not possible: the source is in memory
            }
        }

        private static Set<String> callers() {
            return StackWalker.getInstance()
                    .walk(frames -> frames.filter(one -> one.getClassName().startsWith("jdk."))
                            .map(one -> one.getClassName() + "." + one.getMethodName())
                            .collect(Collectors.toSet()));
        }
    }

    /**
     * Makes the execution of the prompt, which asks for it by name. Its constructor takes no arguments,
     * so it finds the record through the class loader.
     */
    public static final class ShellExecutionProvider implements ExecutionControlProvider {
        /** The name by which the prompt asks for it. */
        static final String NAME = "migopy";

        private final Consumer<Throwable> ended;
        private final Runnable stuck;

        /** Called by the service loader. */
        public ShellExecutionProvider() {
            ClassLoader loader = Thread.currentThread().getContextClassLoader();
            ShellRecord record = loader instanceof ShellLoader shell ? shell.record() : null;
            ended = record == null ? thrown -> {} : record::ended;
            stuck = record == null ? () -> {} : record::stuck;
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
            return new LocalExecution(new SnippetClasses(), LocalExecution.Way.PRINT, ended, stuck);
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

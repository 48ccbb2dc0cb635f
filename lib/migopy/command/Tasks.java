package migopy.command;

import com.mongodb.MongoException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import migopy.MigopyException;
import migopy.console.Answer;
import migopy.console.Nearest;
import migopy.console.Words;
import migopy.run.Failure;
import migopy.run.OutputCapture;
import org.bson.Document;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * The commands that a project's own {@code migopy} class adds: its methods annotated with
 * {@code @Command}.
 */
final class Tasks {
    /** What other tools for migrations call the commands. */
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("up", "execute"),
            Map.entry("migrate", "execute"),
            Map.entry("update", "execute"),
            Map.entry("apply", "execute"),
            Map.entry("migrations:execute", "execute"),
            Map.entry("migrations:migrate", "execute"),
            Map.entry("down", "rollback --last 1"),
            Map.entry("undo", "rollback --last 1"),
            Map.entry("revert", "rollback --last 1"),
            Map.entry("new", "create"),
            Map.entry("generate", "create"),
            Map.entry("add", "create"),
            Map.entry("migrations:generate", "create"),
            Map.entry("info", "status"),
            Map.entry("list", "status"),
            Map.entry("migrations:status", "status"),
            Map.entry("baseline", "ignore"),
            Map.entry("dump", "dbdump"),
            Map.entry("restore", "dbrestore"));

    private final CommandLine all;

    /**
     * @param owner the object that has the methods
     */
    Tasks(Object owner) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(owner);
        spec.addMethodSubcommands(CommandLine.defaultFactory());
        all = Picocli.of(spec).setExecutionStrategy(new CommandLine.RunLast());
        for (String name : byName().keySet()) {
            if (Commands.has(name)) {
                throw MigopyException.usage(
                        "The task %s in migopy.java has the name of a built-in command".formatted(name),
                        "Give it another name: @Command(name = \"my-%s\")".formatted(name));
            }
        }
    }

    /**
     * Refuses tasks that have the name of a built-in command, which would never be called. Only
     * methods of such a name are looked at: reading annotations takes a cold JVM 50 ms.
     *
     * @param owner the object that has the methods
     */
    static void refuseTakenNames(Object owner) {
        for (Method method : owner.getClass().getDeclaredMethods()) {
            if (Commands.has(method.getName()) && method.getAnnotations().length > 0) {
                new Tasks(owner);
                return;
            }
        }
    }

    /** From each task's name to its parser, in the order of help. */
    Map<String, CommandLine> byName() {
        return all.getSubcommands();
    }

    /** The long and short names of a task's own options; none for what is no task. */
    Set<String> options(String name) {
        CommandLine task = byName().get(name);
        return task == null ? Set.of() : task.getCommandSpec().optionsMap().keySet();
    }

    /**
     * Runs a task. What it prints goes where a migration's output goes.
     *
     * @return the number that the method returns, or 0
     * @throws Exception what the task throws; {@code MigopyException} usage, when there is no such
     *     task or its words do not fit
     */
    int run(Session session, String name) throws Exception {
        if (!byName().containsKey(name)) {
            throw unknown(name);
        }
        List<String> words = new ArrayList<>(List.of(name));
        words.addAll(session.typed().rest());
        CommandLine.ParseResult parsed;
        try {
            parsed = all.parseArgs(words.toArray(String[]::new));
        } catch (ParameterException e) {
            throw Picocli.refusal(e, name);
        }
        int exitCode = execute(session, parsed);
        if (session.json()) {
            session.console().answer(new TaskAnswer(name, exitCode));
        }
        return exitCode;
    }

    @SuppressWarnings("try") // output goes elsewhere meanwhile, and is of no other use
    private int execute(Session session, CommandLine.ParseResult parsed) throws Exception {
        try (OutputCapture output = OutputCapture.start(session.console(), session.redactor())) {
            all.getExecutionStrategy().execute(parsed);
            Object result = parsed.subcommand().commandSpec().commandLine().getExecutionResult();
            return result instanceof Integer code ? code : 0;
        } catch (ExecutionException e) {
            throw own(e.getCause(), parsed.subcommand().commandSpec().name());
        }
    }

    /** What a task throws is explained like a failure of Migopy's own only where it may be one. */
    private static Exception own(Throwable thrown, String name) {
        if (thrown instanceof MigopyException known) {
            return known;
        }
        if (thrown instanceof MongoException known) {
            return known;
        }
        if (thrown instanceof LinkageError || thrown instanceof OutOfMemoryError) {
            throw (Error) thrown;
        }
        return new MigopyException(
                MigopyException.Kind.FAILED,
                "The task %s failed: %s".formatted(name, Failure.text(thrown)),
                "Fix it in migopy.java, then run it again. With --verbose its stack trace is shown",
                thrown);
    }

    MigopyException unknown(String name) {
        Set<String> known = Commands.ALL.stream()
                .map(Commands.HelpLine::name)
                .collect(Collectors.toCollection(java.util.TreeSet::new));
        known.addAll(byName().keySet());
        String near = Optional.ofNullable(ELSEWHERE.get(name))
                .or(() -> Nearest.of(name, known))
                .map(word -> "Did you mean {migopy} " + word + "? ")
                .orElse("");
        return MigopyException.usage("There is no command " + name, near + "All commands: {migopy} help");
    }

    /** A task's own output is its answer; with {@code --json} there is this beside it. */
    private record TaskAnswer(String task, int exitCode) implements Answer {
        @Override
        public void words(Words out) {}

        @Override
        public Document json() {
            return new Document("task", task).append("exitCode", exitCode);
        }
    }
}

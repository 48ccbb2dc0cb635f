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
import migopy.console.Wording;
import migopy.console.Words;
import migopy.run.Failure;
import migopy.settings.Redactor;
import org.bson.Document;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The custom tasks: methods of the project's {@code migopy} class annotated with {@code @Command}. */
final class Tasks {
    /** The names of the commands in other migration tools. */
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
     * @param owner the object with the methods
     */
    Tasks(Object owner) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(owner);
        spec.addMethodSubcommands(CommandLine.defaultFactory());
        all = Picocli.of(spec).setExecutionStrategy(new CommandLine.RunLast());
        for (String name : byName().keySet()) {
            if (Commands.has(name)) {
                throw MigopyException.usage(
                        "The task %s in migopy.java has the name of a built-in command".formatted(name),
                        "Rename it: @Command(name = \"my-%s\")".formatted(name));
            }
        }
    }

    /**
     * Refuses tasks that have the name of a built-in command, which could never be called. Only methods with such a
     * name are checked: reading annotations takes a cold JVM 50 ms.
     *
     * @param owner the object with the methods
     */
    static void refuseTakenNames(Object owner) {
        for (Method method : owner.getClass().getDeclaredMethods()) {
            if (Commands.has(method.getName()) && method.getAnnotations().length > 0) {
                new Tasks(owner);
                return;
            }
        }
    }

    /** Returns each task's parser by its name, in the order of the help text. */
    Map<String, CommandLine> byName() {
        return all.getSubcommands();
    }

    /** Returns the names of a task's options; empty if it is not a task. */
    Set<String> options(String name) {
        CommandLine task = byName().get(name);
        return task == null ? Set.of() : task.getCommandSpec().optionsMap().keySet();
    }

    /**
     * Runs a task. Its output goes where a migration's output goes.
     *
     * @return the number that the method returned, or 0
     * @throws RuntimeException what the task throws; {@code MigopyException} usage, if there is no such task or its
     *     arguments are wrong
     */
    int run(Session session, String name) {
        if (!byName().containsKey(name)) {
            throw unknown(name);
        }
        List<String> arguments = new ArrayList<>(List.of(name));
        arguments.addAll(session.typed().rest());
        CommandLine.ParseResult parsed;
        try {
            parsed = all.parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            throw Picocli.refusal(e, name);
        }
        int exitCode = execute(session, parsed);
        if (session.json()) {
            session.console().answer(new TaskAnswer(name, exitCode));
        }
        return exitCode;
    }

    private int execute(Session session, CommandLine.ParseResult parsed) {
        String name = parsed.subcommand().commandSpec().name();
        return session.task(hooks -> hooks.captured(
                "The task " + name,
                () -> {
                    all.getExecutionStrategy().execute(parsed);
                    Object result =
                            parsed.subcommand().commandSpec().commandLine().getExecutionResult();
                    return result instanceof Integer code ? code : 0;
                },
                thrown -> own(
                        thrown instanceof ExecutionException ? thrown.getCause() : thrown, name, session.redactor())));
    }

    /** Explains a task's exception as one of Migopy's own only where it may be one. */
    private static RuntimeException own(Throwable thrown, String name, Redactor redactor) {
        if (thrown instanceof MigopyException known) {
            return known;
        }
        if (thrown instanceof MongoException known) {
            return known;
        }
        if (thrown instanceof LinkageError || thrown instanceof OutOfMemoryError) {
            throw (Error) thrown;
        }
        return Failure.ofUserCode(
                MigopyException.Kind.FAILED,
                "The task %s failed".formatted(name),
                "Fix it in migopy.java. For its stack trace, run: {migopy} %s --verbose".formatted(Wording.word(name)),
                thrown,
                redactor);
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
        return MigopyException.usage("Unknown command: " + name, near + "List all commands: {migopy} help");
    }

    /** The answer of a task with {@code --json}; otherwise its output is its answer. */
    private record TaskAnswer(String task, int exitCode) implements Answer {
        @Override
        public void words(Words out) {}

        @Override
        public Document json() {
            return new Document("task", task).append("exitCode", exitCode);
        }
    }
}

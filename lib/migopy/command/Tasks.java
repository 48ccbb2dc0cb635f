package migopy.command;

import migopy.MigopyException;
import migopy.console.Answer;
import migopy.console.Nearest;
import migopy.console.Words;
import migopy.run.OutputCapture;

import org.bson.Document;

import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The commands that a project's own {@code migopy} class adds: its methods annotated with
 * {@code @Command}.
 */
final class Tasks {
    private final CommandLine all;

    /**
     * @param owner the object that has the methods
     */
    Tasks(Object owner) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(owner);
        spec.addMethodSubcommands(CommandLine.defaultFactory());
        all = Picocli.of(spec).setExecutionStrategy(new CommandLine.RunLast());
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
            if (e.getCause() instanceof Exception own) {
                throw own;
            }
            if (e.getCause() instanceof Error own) {
                throw own;
            }
            throw e;
        }
    }

    MigopyException unknown(String name) {
        Set<String> known =
                Commands.ALL.stream()
                        .map(Commands.Entry::name)
                        .collect(Collectors.toCollection(java.util.TreeSet::new));
        known.addAll(byName().keySet());
        String near =
                Nearest.of(name, known).map(word -> "Perhaps {migopy} " + word + ". ").orElse("");
        return MigopyException.usage(
                "There is no command " + name, near + "All commands: {migopy} help");
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

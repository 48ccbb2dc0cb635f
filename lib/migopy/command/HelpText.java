package migopy.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import migopy.MigopyException;
import migopy.command.CommandLineParser.GlobalOption;
import migopy.command.Help.HelpAnswer;
import picocli.CommandLine;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The texts of help, made from the annotations of the commands. */
final class HelpText {
    /** Where summaries start. */
    private static final int INDENT = 38;

    /** Wider lines are harder to read. */
    private static final int WIDTH = 100;

    private HelpText() {}

    /**
     * Returns the help of one command, or of all commands for null.
     *
     * @throws MigopyException usage, if there is no such command
     */
    static HelpAnswer of(Session session, String command) {
        Tasks tasks = new Tasks(session.project().tasks());
        if (command == null || command.equals("help")) {
            return all(tasks);
        }
        if (Commands.has(command)) {
            return one(Picocli.of(Commands.create(command)), command);
        }
        CommandLine task = tasks.byName().get(command);
        if (task == null) {
            throw tasks.unknown(command);
        }
        return one(task, command);
    }

    private static HelpAnswer all(Tasks tasks) {
        List<String> lines = new ArrayList<>();
        lines.add("{migopy} [COMMAND] [NAME...] [OPTIONS]");
        lines.add("NAME: a migration's file name, with or without .java, its number, or an unambiguous prefix.");
        lines.add("");
        Commands.ALL.forEach(command -> addLine(lines, command.usage(), command.summary()));
        if (!tasks.byName().isEmpty()) {
            lines.add("");
            lines.add("Commands of this project:");
            for (Map.Entry<String, CommandLine> task : tasks.byName().entrySet()) {
                addLine(lines, task.getKey(), description(task.getValue()));
            }
        }
        lines.add("");
        lines.add("Options of every command, before or after it, with their environment variables:");
        for (GlobalOption option : GlobalOption.ALL) {
            String label = option.valueLabel();
            addLine(lines, label == null ? option.name() : option.name() + " " + label, option.summary());
        }
        lines.add("");
        lines.add("Options of one command: {migopy} help COMMAND");
        return new HelpAnswer(lines);
    }

    private static HelpAnswer one(CommandLine command, String name) {
        command.setUsageHelpWidth(WIDTH);

        CommandLine.Help help = command.getHelp();
        List<String> lines = new ArrayList<>();
        lines.add("{migopy} " + synopsis(command, name));
        lines.addAll(List.of(command.getCommandSpec().usageMessage().description()));
        addBlock(lines, help.parameterList());
        addBlock(lines, help.optionList());
        lines.add("");
        lines.add("Settings, --json and other common options: {migopy} help");
        return new HelpAnswer(lines);
    }

    /** {@code execute [NAME...] [OPTIONS]}. */
    private static String synopsis(CommandLine command, String name) {
        StringBuilder synopsis = new StringBuilder(name);
        for (PositionalParamSpec positional : command.getCommandSpec().positionalParameters()) {
            String label = positional.paramLabel() + (positional.arity().max() > 1 ? "..." : "");
            synopsis.append(positional.arity().min() == 0 ? " [" + label + "]" : " " + label);
        }
        return synopsis.append(command.getCommandSpec().options().isEmpty() ? "" : " [OPTIONS]")
                .toString();
    }

    private static void addBlock(List<String> lines, String block) {
        if (!block.isBlank()) {
            lines.add("");
            block.lines().map(String::stripTrailing).forEach(lines::add);
        }
    }

    private static String description(CommandLine command) {
        String[] description = command.getCommandSpec().usageMessage().description();
        return description.length == 0 ? "" : description[0];
    }

    /** Adds a term and its summary, whose further lines are indented. */
    private static void addLine(List<String> lines, String term, String summary) {
        StringBuilder line = new StringBuilder("  " + term);
        if (line.length() >= INDENT) {
            lines.add(line.toString());
            line = new StringBuilder();
        }
        line.append(" ".repeat(INDENT - 1 - line.length()));
        for (String word : summary.split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH && line.length() > INDENT) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(INDENT - 1));
            }
            line.append(' ').append(word);
        }
        lines.add(line.toString().stripTrailing());
    }
}

package migopy.command;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import migopy.MigopyException;
import migopy.command.CommandLineParser.GlobalOption;
import migopy.console.Nearest;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Everything that picocli does for Migopy's own commands: parsing their arguments, and errors in
 * the form of Migopy's other errors.
 */
final class Picocli {
    private Picocli() {}

    /** Returns a command's parser, for which an argument that starts with {@code @} is not a file. */
    static CommandLine of(Object command) {
        return new CommandLine(command).setExpandAtFiles(false).setTrimQuotes(false);
    }

    /**
     * Sets the annotated fields of a command from its arguments.
     *
     * @throws MigopyException usage, if they are wrong
     */
    static void parse(Action action, String name, List<String> arguments) {
        try {
            of(action).parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            throw refusal(e, name);
        }
    }

    /** Returns what is wrong with the arguments, in one line, and what to type. */
    static MigopyException refusal(ParameterException e, String name) {
        String hint = "Arguments of " + name + ": {migopy} help " + name;
        if (e instanceof UnmatchedArgumentException unmatched) {
            // The part after = may be a secret whose option was mistyped.
            String argument = unmatched.getUnmatched().get(0);
            boolean option = argument.startsWith("-");
            String shown = option ? argument.replaceFirst("=.*", "") : argument;
            String nearest = option ? nearestOption(shown, e.getCommandLine()) : "";
            return MigopyException.usage(name + " does not take " + shown, nearest + hint);
        }
        if (e instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()) {
            String what = missing.getMissing().stream()
                    .map(arg -> arg.isOption() ? arg.paramLabel() + " after " + longest(arg) : arg.paramLabel())
                    .collect(Collectors.joining(", "));
            return MigopyException.usage(name + " needs " + what, hint);
        }
        return MigopyException.usage(e.getMessage().lines().findFirst().orElse("wrong arguments"), hint);
    }

    private static String longest(CommandLine.Model.ArgSpec arg) {
        return ((CommandLine.Model.OptionSpec) arg).longestName();
    }

    private static String nearestOption(String typed, CommandLine command) {
        List<String> known = Stream.concat(
                        command.getCommandSpec().optionsMap().keySet().stream(),
                        GlobalOption.ALL.stream().map(GlobalOption::name))
                .toList();
        return Nearest.of(typed, known)
                .map(near -> "Did you mean " + near + "? ")
                .orElse("");
    }
}

package migopy.command;

import java.util.List;
import java.util.stream.Collectors;
import migopy.MigopyException;
import migopy.console.Nearest;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Everything that picocli does for Migopy's own commands: reading their words, and refusing wrong
 * ones in our way.
 */
final class Picocli {
    private Picocli() {}

    /** A command's parser; an argument that begins with {@code @} is an argument, not a file. */
    static CommandLine of(Object command) {
        return new CommandLine(command).setExpandAtFiles(false).setTrimQuotes(false);
    }

    /**
     * Puts words into the annotated fields of a command.
     *
     * @throws MigopyException usage, when they do not fit
     */
    static void parse(Action action, String name, List<String> words) {
        try {
            of(action).parseArgs(words.toArray(String[]::new));
        } catch (ParameterException e) {
            throw refusal(e, name);
        }
    }

    /** What is wrong with the words, in one line, and what to type. */
    static MigopyException refusal(ParameterException e, String name) {
        String hint = "What " + name + " takes: {migopy} help " + name;
        if (e instanceof UnmatchedArgumentException unmatched) {
            // What stands behind = may be a secret whose option was mistyped.
            String word = unmatched.getUnmatched().get(0);
            boolean option = word.startsWith("-");
            String shown = option ? word.replaceFirst("=.*", "") : word;
            String nearest = option ? nearestOption(shown, e.getCommandLine()) : "";
            return MigopyException.usage(name + " takes no " + shown, nearest + hint);
        }
        if (e instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()) {
            String what = missing.getMissing().stream()
                    .map(arg -> arg.isOption() ? arg.paramLabel() + " after " + longest(arg) : arg.paramLabel())
                    .collect(Collectors.joining(", "));
            return MigopyException.usage(name + " needs " + what, hint);
        }
        return MigopyException.usage(e.getMessage().lines().findFirst().orElse("wrong words"), hint);
    }

    private static String longest(CommandLine.Model.ArgSpec arg) {
        return ((CommandLine.Model.OptionSpec) arg).longestName();
    }

    private static String nearestOption(String typed, CommandLine command) {
        List<String> known = java.util.stream.Stream.concat(
                        command.getCommandSpec().optionsMap().keySet().stream(),
                        GlobalOption.ALL.stream().map(GlobalOption::name))
                .toList();
        return Nearest.of(typed, known)
                .map(near -> "Did you mean " + near + "? ")
                .orElse("");
    }
}

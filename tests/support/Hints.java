package support;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the commands of hints as printed: each of them must work. */
public final class Hints {
    /** A command in a project's hints, with its arguments. */
    private static final Pattern COMMAND =
            Pattern.compile("jbang migopy\\.java((?: (?:\"[^\"]*\"|'[^']*'|[\\w@%+=:./-]+))+)");

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|([^ ]+)");

    private Hints() {}

    /** Runs a command with its arguments. */
    public static Result type(Project project, String command) {
        List<String> arguments = new ArrayList<>();
        Matcher matcher = WORD.matcher(command.strip());
        while (matcher.find()) {
            for (int group = 1; group <= 3; group++) {
                if (matcher.group(group) != null) {
                    arguments.add(matcher.group(group));
                }
            }
        }
        return project.run(arguments.toArray(new String[0]));
    }

    /** Runs the last command that a result names. */
    public static Result typeLast(Project project, Result shown) {
        List<String> commands = commands(shown);
        if (commands.isEmpty()) {
            throw new AssertionError("no hint names a command: " + shown);
        }
        return type(project, commands.get(commands.size() - 1));
    }

    /** The same, with the names of the state filled in for its placeholders: {@code DIR}, {@code NAME}. */
    public static Result typeLast(Project project, Result shown, Map<String, String> names) {
        List<String> commands = commands(shown);
        if (commands.isEmpty()) {
            throw new AssertionError("no hint names a command: " + shown);
        }
        String command = commands.get(commands.size() - 1);
        for (Map.Entry<String, String> name : names.entrySet()) {
            command = command.replaceAll(
                    "(?<![\\w'-])" + name.getKey() + "(?!\\w)", Matcher.quoteReplacement("'" + name.getValue() + "'"));
        }
        return type(project, command);
    }

    /** Returns all commands that a result names, without the program's name. */
    public static List<String> commands(Result shown) {
        List<String> commands = new ArrayList<>();
        Matcher matcher = COMMAND.matcher(shown.out() + "\n" + shown.err());
        while (matcher.find()) {
            commands.add(matcher.group(1));
        }
        return commands;
    }
}

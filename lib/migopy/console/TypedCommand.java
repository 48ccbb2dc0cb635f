package migopy.console;

import java.util.List;
import migopy.MigopyException;

/**
 * What a hint shows where {@link MigopyException#COMMAND} is: the command as it was started, with the options that were
 * typed and that the next command needs as well, so that it reaches the same database and migrations.
 *
 * @param name {@code ./migopy}
 * @param options each with its value, quoted for a shell: {@code --database app}
 */
record TypedCommand(String name, List<String> options) {
    TypedCommand {
        options = List.copyOf(options);
    }

    /** The text with the command filled in; an option that the text names itself is not repeated. */
    String fill(String text) {
        if (options.isEmpty()) {
            return text.replace(MigopyException.COMMAND, name);
        }
        StringBuilder filled = new StringBuilder();
        int done = 0;
        for (int at = text.indexOf(MigopyException.COMMAND);
                at >= 0;
                at = text.indexOf(MigopyException.COMMAND, done)) {
            filled.append(text, done, at).append(name);
            done = at + MigopyException.COMMAND.length();
            int next = text.indexOf(MigopyException.COMMAND, done);
            appendOptions(filled, (next < 0 ? text.substring(done) : text.substring(done, next)) + " ");
        }
        return filled.append(text, done, text.length()).toString();
    }

    private void appendOptions(StringBuilder filled, String arguments) {
        if (arguments.startsWith(" help ")) {
            return; // needs neither a database nor migrations
        }
        for (String option : options) {
            String optionName = option.split(" ", 2)[0];
            boolean excluded = optionName.equals("--uri") && arguments.contains(" --embedded ");
            if (!excluded && !arguments.contains(" " + optionName + " ")) {
                filled.append(' ').append(option);
            }
        }
    }
}

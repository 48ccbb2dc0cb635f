package migopy.console;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the database itself said, without the driver's wrapping around it. Loaded only when
 * something failed.
 */
final class ServerWords {
    private static final Pattern WRITE_ERROR =
            Pattern.compile("rite errors?: \\[?\\w*WriteError\\{.*?message='(.*?)', details=", Pattern.DOTALL);

    private static final Pattern COMMAND_ERROR = Pattern.compile(
            "(?:Command|Query)(?: execution)? failed (?:on MongoDB server )?with error"
                    + " \\d+(?: \\((\\w+)\\))?: '(.*?)' on server .*",
            Pattern.DOTALL);

    private ServerWords() {}

    static String unwrapped(String message) {
        Matcher write = WRITE_ERROR.matcher(message);
        if (write.find()) {
            return write.group(1);
        }
        Matcher command = COMMAND_ERROR.matcher(message);
        if (command.matches()) {
            return command.group(1) == null ? command.group(2) : command.group(2) + " (" + command.group(1) + ")";
        }
        return message;
    }
}

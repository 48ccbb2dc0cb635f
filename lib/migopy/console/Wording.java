package migopy.console;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How times, durations, numbers and foreign texts are written for a person. */
public final class Wording {
    /**
     * How much of a foreign message a person gets to read, in characters; JSON and journal have all
     * of it.
     */
    static final int MESSAGE_LIMIT = 600;

    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    /** The driver's wrapping around what the server said: of a write, and of a command. */
    private static final Pattern WRITE_ERROR =
            Pattern.compile(
                    "rite errors?: \\[?\\w*WriteError\\{.*?message='(.*?)', details=",
                    Pattern.DOTALL);

    private static final Pattern COMMAND_ERROR =
            Pattern.compile(
                    "(?:Command|Query) failed with error \\d+(?: \\((\\w+)\\))?: '(.*?)' on server"
                            + " .*",
                    Pattern.DOTALL);

    private Wording() {}

    /** {@code 12 ms}, {@code 3.4 s}, {@code 2 min 5 s}, {@code 3 h 2 min}, {@code 2 d 5 h}. */
    public static String duration(long ms) {
        long seconds = ms / 1000;
        if (seconds < 1) {
            return ms + " ms";
        }
        if (seconds < 60) {
            return seconds + "." + ms % 1000 / 100 + " s";
        }
        if (seconds < 3600) {
            return two(seconds / 60, "min", seconds % 60, "s");
        }
        if (seconds < 86_400) {
            return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
        }
        return two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return large + " " + largeUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }

    /** {@code 2026-11-20 10:12} in a person's own zone. */
    public static String time(Instant instant, ZoneId zone) {
        return MINUTE.format(instant.atZone(zone));
    }

    /** {@code 10:12:31} in a person's own zone. */
    public static String clock(Instant instant, ZoneId zone) {
        return SECOND.format(instant.atZone(zone));
    }

    /** {@code 1 migration}, {@code 3,000 migrations}. */
    public static String count(long number, String thing) {
        return number(number) + " " + thing + (number == 1 ? "" : "s");
    }

    /** {@code 3,000}. */
    public static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A folder's name with one slash at its end. */
    public static String folder(String name) {
        return name.endsWith("/") ? name : name + "/";
    }

    /**
     * The same text with every character that could move the cursor or turn the line around written
     * as an escape.
     */
    public static String visible(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isDangerous(text.charAt(i))) {
                return escaped(text);
            }
        }
        return text;
    }

    private static String escaped(String text) {
        StringBuilder visible = new StringBuilder(text.length() + 8);
        for (char c : text.toCharArray()) {
            switch (c) {
                case '\n' -> visible.append("\\n");
                case '\r' -> visible.append("\\r");
                case '\t' -> visible.append("\\t");
                default -> {
                    if (isDangerous(c)) {
                        visible.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        visible.append(c);
                    }
                }
            }
        }
        return visible.toString();
    }

    private static boolean isDangerous(char c) {
        if (c < 0x20 || c >= 0x7f && c < 0xa0) {
            return true;
        }
        // Line and paragraph separators, and the marks that reverse the direction of what follows.
        return c >= 0x2028 && c <= 0x202e
                || c >= 0x2066 && c <= 0x2069
                || c == 0x200e
                || c == 0x200f
                || c == 0xfeff;
    }

    /**
     * What the database said, without the driver's wrapping around it, and not longer than a person
     * reads.
     */
    public static String shortened(String message) {
        Matcher write = WRITE_ERROR.matcher(message);
        Matcher command = COMMAND_ERROR.matcher(message);
        String core = message;
        if (write.find()) {
            core = write.group(1);
        } else if (command.matches()) {
            core =
                    command.group(1) == null
                            ? command.group(2)
                            : command.group(2) + " (" + command.group(1) + ")";
        }
        return core.length() <= MESSAGE_LIMIT ? core : core.substring(0, MESSAGE_LIMIT) + " ...";
    }
}

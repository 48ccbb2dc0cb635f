package migopy.console;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;

/** How times, durations, numbers, commands and foreign texts are written. */
public final class Wording {
    /** How many characters of a foreign message are shown; JSON and journal have it whole. */
    static final int MESSAGE_LIMIT = 600;

    /** A placeholder in a hint. */
    private static final String FILL_IN = "...";

    private static final Duration HALF_A_DAY = Duration.ofHours(12);

    private static final String UNITS = "kMGTP";

    private static final Pattern PLAIN_WORD = Pattern.compile("[\\w@%+=:,./-]+");

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

    /** {@code 340 B}, {@code 12.3 MB}: in the decimal units of disks. */
    public static String size(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        double size = bytes;
        int unit = -1;
        do {
            size /= 1_000;
            unit++;
        } while (size >= 999.95 && unit < UNITS.length() - 1);
        return String.format(Locale.ROOT, "%.1f %sB", size, UNITS.charAt(unit));
    }

    /** Returns a remaining time in whole seconds: {@code 9 s}, {@code 2 min 5 s}. */
    static String remaining(long seconds) {
        return seconds < 60 ? seconds + " s" : duration(seconds * 1000);
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return large + " " + largeUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }

    // Times and numbers are formatted by hand: the JDK's formatters take a fifth of a short command's start-up.

    /** {@code 2026-11-20 10:12} in the given zone. */
    public static String time(Instant instant, ZoneId zone) {
        LocalDateTime time = LocalDateTime.ofInstant(instant, zone);
        return time.toLocalDate() + " " + two(time.getHour()) + ":" + two(time.getMinute());
    }

    /** {@code 10:12:31} in the given zone. */
    public static String clock(Instant instant, ZoneId zone) {
        LocalDateTime time = LocalDateTime.ofInstant(instant, zone);
        return two(time.getHour()) + ":" + two(time.getMinute()) + ":" + two(time.getSecond());
    }

    /** {@code 10:12:31}, or {@code 2036-11-20 10:12} where that is more than half a day away. */
    public static String until(Instant instant, Instant now, ZoneId zone) {
        boolean soon = Duration.between(now, instant).abs().compareTo(HALF_A_DAY) < 0;
        return soon ? clock(instant, zone) : time(instant, zone);
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : Integer.toString(number);
    }

    /** {@code 1 migration}, {@code 3,000 migrations}. */
    public static String count(long number, String thing) {
        return number(number) + " " + thing + (number == 1 ? "" : "s");
    }

    /** {@code 3,000}. */
    public static String number(long number) {
        StringBuilder digits = new StringBuilder(Long.toString(number));
        int first = number < 0 ? 1 : 0;
        for (int i = digits.length() - 3; i > first; i -= 3) {
            digits.insert(i, ',');
        }
        return digits.toString();
    }

    /** {@code a, b, c}; of more than twenty {@code a, b, c and 3,000 more}. */
    public static String some(List<String> names) {
        int most = 20;
        return names.size() <= most
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, most)) + " and %s more".formatted(number(names.size() - most));
    }

    /** Returns the text padded on the left. */
    static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }

    /** Returns the text padded on the right. */
    static String left(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    /** Returns a word quoted for a shell where it needs that. */
    public static String word(String text) {
        return PLAIN_WORD.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /**
     * Returns a command for a hint, each word quoted for a shell where it needs that: {@code {migopy} repair 'add
     * users' --as applied}. The placeholder {@code ...} gets double quotes.
     */
    public static String command(String... words) {
        StringBuilder line = new StringBuilder(MigopyException.COMMAND);
        for (String word : words) {
            line.append(' ').append(word.equals(FILL_IN) ? "\"...\"" : word(word));
        }
        return line.toString();
    }

    /** Returns a folder's name with one trailing slash. */
    public static String folder(String name) {
        return name.endsWith("/") ? name : name + "/";
    }

    /** Returns the text with every character that could move the cursor or change the text direction escaped. */
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
        // Line and paragraph separators, and marks that change the text direction.
        return c >= 0x2028 && c <= 0x202e || c >= 0x2066 && c <= 0x2069 || c == 0x200e || c == 0x200f || c == 0xfeff;
    }

    /**
     * Returns the server's own message, without the driver's text around it, shortened to {@value #MESSAGE_LIMIT}
     * characters.
     */
    public static String shortened(String message) {
        String core = ServerWords.unwrapped(message);
        return core.length() <= MESSAGE_LIMIT ? core : core.substring(0, MESSAGE_LIMIT) + " ...";
    }

    /** Finds the server's own message in the driver's. Loaded only when something failed. */
    static final class ServerWords {
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
}

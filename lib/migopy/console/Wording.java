package migopy.console;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import migopy.MigopyException;

/** How times, durations, numbers and foreign texts are written for a person. */
public final class Wording {
    /**
     * How much of a foreign message a person gets to read, in characters; JSON and journal have all
     * of it.
     */
    static final int MESSAGE_LIMIT = 600;

    /** What the reader of a hint has to fill in. */
    private static final String FILL_IN = "...";

    private static final Duration HALF_A_DAY = Duration.ofHours(12);

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

    /** How long it will go on, in whole seconds: {@code 9 s}, {@code 2 min 5 s}. */
    static String remaining(long seconds) {
        return seconds < 60 ? seconds + " s" : duration(seconds * 1000);
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return large + " " + largeUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }

    // Times and numbers are put together by hand: the JDK's formatters cost a fifth of the start of
    // a short command.

    /** {@code 2026-11-20 10:12} in a person's own zone. */
    public static String time(Instant instant, ZoneId zone) {
        LocalDateTime time = LocalDateTime.ofInstant(instant, zone);
        return time.toLocalDate() + " " + two(time.getHour()) + ":" + two(time.getMinute());
    }

    /** {@code 10:12:31} in a person's own zone. */
    public static String clock(Instant instant, ZoneId zone) {
        LocalDateTime time = LocalDateTime.ofInstant(instant, zone);
        return two(time.getHour()) + ":" + two(time.getMinute()) + ":" + two(time.getSecond());
    }

    /** {@code 10:12:31}, or {@code 2036-11-20 10:12} where that is not within half a day. */
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

    /** The text with blanks on its left up to a width. */
    static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }

    /** The text with blanks on its right up to a width. */
    static String left(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    /** A word as a shell takes it, within quotes where it needs them. */
    public static String word(String text) {
        return PLAIN_WORD.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /**
     * A command as a hint shows it, every word quoted for a shell where it needs that: {@code
     * {migopy} repair 'add users' --as applied}. A word of three dots, which the reader fills in,
     * stands in double quotes.
     */
    public static String command(String... words) {
        StringBuilder line = new StringBuilder(MigopyException.COMMAND);
        for (String word : words) {
            line.append(' ').append(word.equals(FILL_IN) ? "\"...\"" : word(word));
        }
        return line.toString();
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
        return c >= 0x2028 && c <= 0x202e || c >= 0x2066 && c <= 0x2069 || c == 0x200e || c == 0x200f || c == 0xfeff;
    }

    /**
     * What the database said, without the driver's wrapping around it, and not longer than a person
     * reads.
     */
    public static String shortened(String message) {
        String core = ServerWords.unwrapped(message);
        return core.length() <= MESSAGE_LIMIT ? core : core.substring(0, MESSAGE_LIMIT) + " ...";
    }
}

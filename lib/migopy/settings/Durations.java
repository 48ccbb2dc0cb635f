package migopy.settings;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;

/** Durations as they are typed: {@code 500ms}, {@code 5s}, {@code 10m}, {@code 2h}. */
public final class Durations {
    // Nine digits of hours do not overflow in milliseconds.
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    private static final String EXAMPLES = "Write it as 500ms, 5s, 10m or 2h";

    private Durations() {}

    /**
     * Parses a duration greater than 0.
     *
     * @param name its name in messages: {@code --timeout}
     * @throws MigopyException kind usage, if the text is not a number above 0 followed by ms, s, m
     *     or h
     */
    public static Duration parse(String text, String name) {
        Duration duration = parseFromZero(text, name);
        if (duration.isZero()) {
            throw MigopyException.usage("%s is %s: it must be greater than 0".formatted(name, text), EXAMPLES);
        }
        return duration;
    }

    /** Parses a duration that may be 0. */
    public static Duration parseFromZero(String text, String name) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw MigopyException.usage("%s: %s is not a duration".formatted(name, Value.printable(text)), EXAMPLES);
        }
        long number = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}

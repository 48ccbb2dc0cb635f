package migopy.settings;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;

/** Durations as a person types them: {@code 500ms}, {@code 5s}, {@code 10m}, {@code 2h}. */
public final class Durations {
    // Nine digits of hours are 114,000 years: no overflow in milliseconds, and more than anyone
    // waits.
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    private Durations() {}

    /**
     * The duration that the text says.
     *
     * @param nameOfSetting what a refusal calls it: {@code --timeout}
     * @throws MigopyException kind usage, if the text is anything but a number above zero and ms,
     *     s, m or h
     */
    public static Duration parse(String text, String nameOfSetting) {
        Duration duration = parseFromZero(text, nameOfSetting);
        if (duration.isZero()) {
            throw MigopyException.usage(
                    "%s is %s: it has to be longer than nothing".formatted(nameOfSetting, text),
                    "Write it as 500ms, 5s, 10m or 2h");
        }
        return duration;
    }

    /** Like {@link #parse}, where nothing at all ({@code 0s}) makes sense too. */
    public static Duration parseFromZero(String text, String nameOfSetting) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw MigopyException.usage(
                    "%s is no duration: %s".formatted(nameOfSetting, Value.printable(text)),
                    "Write it as 500ms, 5s, 10m or 2h");
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

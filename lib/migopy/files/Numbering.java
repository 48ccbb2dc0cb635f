package migopy.files;

import java.math.BigInteger;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;

/** The number of a new migration, in the way in which the others are numbered. */
final class Numbering {
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss").withResolverStyle(ResolverStyle.STRICT);

    private static final int TIMESTAMP_WIDTH = 14;

    /** Widths that are tried for a first number which the pattern does not take as it is. */
    private static final int WIDEST = 8;

    private final List<MigrationFile> files;
    private final Pattern pattern;
    private final Clock clock;

    Numbering(List<MigrationFile> files, Pattern pattern, Clock clock) {
        this.files = files;
        this.pattern = pattern;
        this.clock = clock;
    }

    /** The number that was typed. */
    String given(String number) {
        String digits = number.strip();
        if (!digits.matches("[0-9]+") || new BigInteger(digits).bitLength() > Long.SIZE - 1) {
            throw MigopyException.usage(
                    "--number %s is no number from 0 to %d".formatted(digits, Long.MAX_VALUE),
                    "Give a number, such as: --number 12");
        }
        long value = Long.parseLong(digits);
        for (MigrationFile file : files) {
            if (file.number() == value) {
                throw MigopyException.usage(
                        "Number %s is taken by %s".formatted(digits, file.name()),
                        "Leave the number out to get the next one");
            }
        }
        return digits;
    }

    /** The time, or a second after the newest file if that is not over yet. */
    String timestamp() {
        LocalDateTime now = LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
        String text = TIMESTAMP.format(now);
        while (isTaken(Long.parseLong(text))) {
            now = now.plusSeconds(1);
            text = TIMESTAMP.format(now);
        }
        return text;
    }

    private boolean isTaken(long number) {
        return files.stream().anyMatch(file -> file.number() == number);
    }

    /**
     * The number after the highest, in its width; with none to follow, ways to write the first,
     * best first.
     */
    List<String> next() {
        if (files.isEmpty()) {
            List<String> first = new ArrayList<>();
            for (int width = 1; width <= WIDEST; width++) {
                first.add(padded(1, width));
            }
            first.add(timestamp());
            return first;
        }
        MigrationFile last = files.get(files.size() - 1);
        Matcher matcher = pattern.matcher(last.fileName());
        String digits = matcher.matches() ? matcher.group(MigrationDirectory.NUMBER) : Long.toString(last.number());
        LocalDateTime time = time(digits);
        if (time != null) {
            String now = timestamp();
            return List.of(Long.parseLong(now) > last.number() ? now : TIMESTAMP.format(time.plusSeconds(1)));
        }
        if (last.number() == Long.MAX_VALUE) {
            throw MigopyException.usage(
                    "There is no number after that of " + last.name(), "Give a free one: --number N");
        }
        return List.of(padded(last.number() + 1, digits.length()));
    }

    private static String padded(long number, int width) {
        String digits = Long.toString(number);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    /** The time that a number stands for, or null. */
    private static LocalDateTime time(String digits) {
        if (digits.length() != TIMESTAMP_WIDTH) {
            return null;
        }
        try {
            return LocalDateTime.parse(digits, TIMESTAMP);
        } catch (DateTimeException e) {
            return null;
        }
    }
}

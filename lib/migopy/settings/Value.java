package migopy.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import migopy.MigopyException;

/**
 * One setting as a person gave it, with the place where they did: {@code MONGO_PORT}, {@code
 * --port}, {@code the field mongoPort}.
 */
record Value(Setting setting, String text, Level level, String origin) {

    boolean above(Value other) {
        return level.compareTo(other.level) > 0;
    }

    /** The reader's word for it: {@code port 0 (from MONGO_PORT)}. Never for a secret. */
    String named(String what) {
        return "%s %s (from %s)".formatted(what, printable(text), origin);
    }

    MigopyException refused(String what, String why) {
        return MigopyException.usage(named(what) + " " + why, "Correct it in " + origin);
    }

    MigopyException refused(String what, String why, String correction) {
        return MigopyException.usage(named(what) + " " + why, correction + " in " + origin);
    }

    int port() {
        if (!text.matches("[0-9]{1,5}")
                || Integer.parseInt(text) < 1
                || Integer.parseInt(text) > MongoUri.LARGEST_PORT) {
            throw refused("port", "is not a number from 1 to " + MongoUri.LARGEST_PORT);
        }
        return Integer.parseInt(text);
    }

    boolean truth(String what) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw refused(what, "is neither true nor false");
        };
    }

    Duration duration(String what) {
        return Durations.parse(text, what + " (from " + origin + ")");
    }

    /** A path as given, or below the project's folder if it is relative. */
    Path path(Path home, String what) {
        try {
            return home.resolve(text).normalize();
        } catch (InvalidPathException e) {
            throw refused(what, "is not a path: " + printable(e.getReason()));
        }
    }

    /**
     * The text with control characters escaped, so that no setting can move the cursor, and at most
     * 200 characters; without what stands like a password, for a URI may have come to the wrong
     * place.
     */
    static String printable(String text) {
        StringBuilder out = new StringBuilder();
        text.replaceAll(":[^:@]*@", ":" + Redactor.MASK + "@")
                .codePoints()
                .limit(200)
                .forEach(c -> {
                    if (Character.isISOControl(c)) {
                        out.append("\\u%04x".formatted(c));
                    } else {
                        out.appendCodePoint(c);
                    }
                });
        return out.toString();
    }

    /** Without the text: it may be a secret. */
    @Override
    public String toString() {
        return setting + " from " + origin;
    }
}

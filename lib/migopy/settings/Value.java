package migopy.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import migopy.MigopyException;

/**
 * One setting as it was given, with its origin: {@code MONGO_PORT}, {@code --port}, {@code the
 * field mongoPort}.
 */
record Value(Setting setting, String text, Level level, String origin) {
    /** A password, not a disk image. */
    private static final long LARGEST_PASSWORD_FILE = 64L << 10;

    /** The precedence of settings, lowest first. */
    enum Level {
        FIELD,
        ENVIRONMENT,
        OPTION
    }

    boolean above(Value other) {
        return level.compareTo(other.level) > 0;
    }

    /** Returns how messages name it: {@code port 0 (from MONGO_PORT)}. */
    String named() {
        String shown = setting.secret() ? "" : " " + printable(text);
        return "%s%s (from %s)".formatted(setting.label(), shown, origin);
    }

    MigopyException refused(String why) {
        return MigopyException.usage(named() + " " + why, "Correct " + origin);
    }

    MigopyException refused(String why, String correction) {
        return MigopyException.usage(named() + " " + why, correction + " in " + origin);
    }

    int port() {
        if (!text.matches("[0-9]{1,5}")
                || Integer.parseInt(text) < 1
                || Integer.parseInt(text) > MongoUri.LARGEST_PORT) {
            throw refused("is not a number from 1 to " + MongoUri.LARGEST_PORT);
        }
        return Integer.parseInt(text);
    }

    boolean isTrue() {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw refused("is neither true nor false");
        };
    }

    Duration duration() {
        return Durations.parse(text, setting.label() + " (from " + origin + ")");
    }

    /** Returns a path as given, or below that folder if it is relative. */
    Path path(Path folder) {
        try {
            return folder.resolve(text).normalize();
        } catch (InvalidPathException e) {
            throw refused("is not a path: " + printable(e.getReason()));
        }
    }

    /** Returns the password in the file that this value names, without one line break at its end; never empty. */
    String passwordInFile(Path home) {
        Path path = path(home);
        try {
            if (Files.isDirectory(path) || Files.size(path) > LARGEST_PASSWORD_FILE) {
                throw refused("is not a file of at most 64 kB");
            }
            byte[] bytes = Files.readAllBytes(path);
            String password = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()
                    .replaceFirst("\\r?\\n\\z", "");
            if (password.isEmpty()) {
                throw refused("is empty");
            }
            return password;
        } catch (NoSuchFileException e) {
            throw refused("does not exist");
        } catch (CharacterCodingException e) {
            throw refused("is not UTF-8");
        } catch (IOException e) {
            throw refused("cannot be read: " + e.getClass().getSimpleName());
        }
    }

    /**
     * Returns at most 200 characters of the text, with control characters escaped, so that no
     * setting can move the cursor. What looks like a password in a URI is masked, since a URI may
     * have been given for another setting.
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

    /** Without the text, which may be a secret. */
    @Override
    public String toString() {
        return setting + " from " + origin;
    }
}

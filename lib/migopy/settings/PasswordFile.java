package migopy.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A password in a file of its own, as container platforms mount it. */
final class PasswordFile {
    /** A password, not a disk image. */
    private static final long LARGEST = 64L << 10;

    private PasswordFile() {}

    /** The file's text without one line break at its end; never empty. */
    static String read(Value value, Path home) {
        Path path = value.path(home, "password file");
        try {
            if (Files.isDirectory(path) || Files.size(path) > LARGEST) {
                throw value.refused("password file", "is no file of at most 64 kB");
            }
            byte[] bytes = Files.readAllBytes(path);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            String password = text.replaceFirst("\\r?\\n\\z", "");
            if (password.isEmpty()) {
                throw value.refused("password file", "is empty");
            }
            return password;
        } catch (NoSuchFileException e) {
            throw value.refused("password file", "does not exist");
        } catch (CharacterCodingException e) {
            throw value.refused("password file", "is not UTF-8");
        } catch (IOException e) {
            throw value.refused(
                    "password file", "cannot be read: " + e.getClass().getSimpleName());
        }
    }
}

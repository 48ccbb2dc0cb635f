package golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import support.Checkout;

/**
 * Texts as they are meant to be, one file each. With MIGOPY_GOLDEN=write in the environment they
 * are written anew, to be read in a diff.
 */
final class Golden {
    private static final Path FOLDER = Checkout.root().resolve("tests/golden/texts");

    private Golden() {}

    /** Holds a text against its file. Colours stand in the file by name, so that it can be read. */
    static void check(String name, String text) {
        String readable = text.replace("\033[32m", "<green>")
                .replace("\033[33m", "<yellow>")
                .replace("\033[31m", "<red>")
                .replace("\033[0m", "</>");
        Path file = FOLDER.resolve(name);
        try {
            if ("write".equals(System.getenv("MIGOPY_GOLDEN"))) {
                Files.createDirectories(FOLDER);
                Files.writeString(file, readable);
            }
            assertThat(readable).as(name).isEqualTo(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

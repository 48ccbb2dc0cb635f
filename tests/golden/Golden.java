package golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import support.Checkout;

/**
 * Expected texts, one file each. With MIGOPY_GOLDEN=write in the environment the files are rewritten, to be reviewed in
 * a diff.
 */
final class Golden {
    private static final Path FOLDER = Checkout.root().resolve("tests/golden/texts");

    private Golden() {}

    /** Compares a text with its file. The file contains colours by name, so that it stays readable. */
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

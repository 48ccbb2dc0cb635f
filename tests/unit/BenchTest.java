package unit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import support.Checkout;

class BenchTest {
    private static final Pattern CLASS = Pattern.compile("\"(migopy(?:\\.[a-z]+)*\\.[A-Z]\\w*)\"");

    @Test
    void theProfileNamesClassesThatExist() throws IOException {
        String profile = Files.readString(Checkout.root().resolve("bench/Profile.java"));
        assertThat(CLASS.matcher(profile).results().map(found -> found.group(1)))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(Checkout.root().resolve("lib/" + name.replace('.', '/') + ".java"))
                        .exists());
    }
}

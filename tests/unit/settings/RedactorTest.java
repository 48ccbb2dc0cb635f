package unit.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import migopy.settings.ConnectionSettings.Secret;
import migopy.settings.RedactingStream;
import migopy.settings.Redactor;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
    private static final String HARD = "p@ss:w/o%r$d \"x'ü";

    private static Redactor knowing(String... secrets) {
        return Redactor.of(List.of(secrets), List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                HARD,
                "p%40ss%3Aw%2Fo%25r%24d%20%22x%27%C3%BC",
                "p%40ss%3aw%2fo%25r%24d%20%22x%27%c3%bc",
                "p%40ss%3Aw%2Fo%25r%24d+%22x%27%C3%BC",
                "p%40ss%3Aw%2Fo%25r%24d%20%22x'%C3%BC",
                "p@ss:w/o%r$d \\\"x'ü",
            })
    void aSecretIsMaskedInEveryForm(String form) {
        Redactor redactor = knowing(HARD);
        assertThat(redactor.redact("a" + form + "b" + form)).isEqualTo("a****b****");
        assertThat(streamed(redactor, "a" + form + "b" + form, 1)).isEqualTo("a****b****");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u0301\u02b0🙂ü/b", // as it is
                "a\\u0301\\u02b0\\ud83d\\ude42ü/b", // the driver's
                "a\\u0301\\u02B0\\uD83D\\uDE42ü/b",
                "a\\u0301\\u02b0\\ud83d\\ude42\\u00fc/b", // ASCII only
                "a\\u0301\\u02B0\\uD83D\\uDE42\\u00FC\\/b",
            })
    void combiningMarksAndSurrogatesAreMaskedAsJsonEscapesThemToo(String form) {
        Redactor redactor = knowing("a\u0301\u02b0🙂ü/b");
        assertThat(redactor.redact("x" + form + "y")).isEqualTo("x****y");
        assertThat(streamed(redactor, "x" + form + "y", 1)).isEqualTo("x****y");
    }

    @Test
    void whatTheDriverMakesOfAPasswordIsMaskedWhateverItsCharacters() {
        for (int first = 0x20; first < 0x10000; first += 7) {
            String password = "pass" + (char) first + "word";
            String json = new Document("p", password).toJson();
            assertThat(knowing(password).redact(json)).doesNotContain("word");
        }
    }

    @Test
    void theSizeOfChunksDoesNotMatter() {
        Redactor redactor = knowing("secret", "secretary", "aab", HARD);
        String text = "secretsecretary aaab secre secret " + HARD + " sec" + "ret";
        String expected = redactor.redact(text);
        assertThat(expected).isEqualTo("******** aaab secre **** **** ****");
        for (int piece = 1; piece < text.length() + 8; piece++) {
            assertThat(streamed(redactor, text, piece)).as("pieces of " + piece).isEqualTo(expected);
        }
    }

    @Test
    void aStreamMasksRandomTextsLikeAString() {
        Random random = new Random(7);
        Redactor redactor = knowing("abab", "ababb", "bbaab", "aaaa");
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(60); i > 0; i--) {
                text.append((char) ('a' + random.nextInt(2)));
            }
            String expected = redactor.redact(text.toString());
            assertThat(streamed(redactor, text.toString(), 1 + random.nextInt(9)))
                    .as(text.toString())
                    .isEqualTo(expected);
        }
    }

    @Test
    void flushingWritesAllButTheStartOfASecret() throws IOException {
        var target = new ByteArrayOutputStream();
        RedactingStream stream = knowing("secret").over(target);
        stream.write(utf8("Name? sec"));
        stream.flush();
        assertThat(target).hasToString("Name? ");
        stream.write(utf8("ond"));
        assertThat(target).hasToString("Name? second");
        stream.write(utf8(" secre"));
        stream.flush();
        assertThat(target).hasToString("Name? second ");
        stream.finish();
        assertThat(target).hasToString("Name? second secre");
    }

    @Test
    void aLineIsWrittenAsSoonAsItIsPrinted() {
        var target = new ByteArrayOutputStream();
        PrintStream out = knowing("secret").printing(target);
        out.println("it is secret");
        assertThat(target).hasToString("it is ****" + System.lineSeparator());
    }

    @Test
    void aShortPasswordIsMaskedInAUriOnly() {
        Redactor redactor = knowing("a");
        assertThat(redactor.redact("mongodb://a:a@localhost has a name"))
                .isEqualTo("mongodb://a:****@localhost has a name");
    }

    @Test
    void aPasswordThatIsAlsoTheDatabaseNameIsMaskedInAUriOnly() {
        Redactor redactor = Redactor.of(List.of("orders"), List.of("orders"));
        assertThat(redactor.redact("orders on localhost, mongodb://u:orders@h"))
                .isEqualTo("orders on localhost, mongodb://u:****@h");
    }

    @Test
    void withoutSecretsNothingIsMasked() {
        assertThat(Redactor.none().redact("anything")).isEqualTo("anything");
        assertThat(streamed(Redactor.none(), "anything", 3)).isEqualTo("anything");
        assertThat(knowing("").redact("anything")).isEqualTo("anything");
        assertThat(Redactor.none().redact(null)).isNull();
    }

    @Test
    void aLargeOutputIsNotSlowedDown() throws IOException {
        byte[] line = utf8("a line of a migration's output, without anything that is hidden in it\n");
        byte[] chunk = utf8(new String(line, StandardCharsets.UTF_8).repeat(1000));
        RedactingStream stream = knowing(HARD, "another-password").over(OutputStream.nullOutputStream());
        long start = System.nanoTime();
        for (long sent = 0; sent < 256 << 20; sent += chunk.length) {
            stream.write(chunk);
        }
        // 256 MB take 0.1 s; one byte at a time would take longer than the limit.
        assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    }

    @Test
    void toStringOfARedactorAndOfASecretDoesNotShowTheSecret() {
        assertThat(knowing(HARD).toString()).doesNotContain("p@ss");
        assertThat(new Secret(HARD)).hasToString("****");
        assertThat(knowing(HARD).redact(URLEncoder.encode(HARD, StandardCharsets.UTF_8)))
                .isEqualTo("****");
    }

    private static String streamed(Redactor redactor, String text, int piece) {
        var target = new ByteArrayOutputStream();
        byte[] bytes = utf8(text);
        try (OutputStream stream = redactor.over(target)) {
            for (int at = 0; at < bytes.length; at += piece) {
                stream.write(bytes, at, Math.min(piece, bytes.length - at));
                stream.flush();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return target.toString(StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

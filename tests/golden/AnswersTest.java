package golden;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import migopy.console.Answer;
import migopy.console.Console;
import migopy.console.Console.Format;
import migopy.console.Terminal;
import migopy.console.Words;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AnswersTest {
    static Stream<String> samples() {
        return Samples.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void readsWellInEightyColumns(String sample) {
        Golden.check(sample + ".80.txt", text(sample, 80, false));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void readsWellInColourAndAHundredAndTwentyColumns(String sample) {
        Golden.check(sample + ".120.txt", text(sample, 120, true));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void isOneJsonDocument(String sample) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Format.JSON,
                Terminal.none(),
                "./migopy",
                UnaryOperator.identity())) {
            console.answer(Samples.all().get(sample));
        }
        Golden.check(sample + ".json", out.toString(StandardCharsets.UTF_8));
        org.assertj.core.api.Assertions.assertThat(err.toString(StandardCharsets.UTF_8))
                .isEmpty();
    }

    private static String text(String sample, int width, boolean colour) {
        Answer answer = Samples.all().get(sample);
        Words words = new Words(new Words.Look(width, colour, "./migopy", ZoneOffset.UTC));
        answer.words(words);
        return words.toString();
    }
}

package unit.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import migopy.MigopyException;
import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.console.Console;
import migopy.console.Console.Format;
import migopy.console.Event;
import migopy.console.Terminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import support.Eventually;

class LiveLineTest {
    private static final String ERASE = "\r\033[K";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Console console = console(new Terminal(true, true, true, () -> 100));

    private Console console(Terminal terminal) {
        return new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Format.WORDS,
                terminal,
                "./migopy",
                UnaryOperator.identity());
    }

    @AfterEach
    void close() {
        console.close();
    }

    @Test
    void aRunningStepShowsItsTimeAndLeavesNothingBehind() {
        console.event(new Event.StepStarted("3_add_users", Direction.UP));
        Eventually.until("the line is drawn", () -> errors().contains("running   3_add_users"));
        console.event(new Event.StepEnded(new StepReport("3_add_users", Direction.UP, Outcome.APPLIED, 250L, null)));
        assertThat(errors()).endsWith(ERASE);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("\033[32mapplied\033[0m   3_add_users")
                .endsWith("250 ms\n");
    }

    @Test
    void aBackfillShowsABarThatFitsTheWidth() {
        console.event(new Event.StepStarted("5_backfill", Direction.UP));
        console.event(new Event.Progress(
                "5_backfill", "docs", 420_000, 1_000_000, 61_000, Duration.ofMillis(12), Duration.ZERO));
        Eventually.until("the bar is drawn", () -> errors().contains("42%"));
        String bar = errors().substring(errors().lastIndexOf(ERASE) + ERASE.length());
        assertThat(bar)
                .hasSizeLessThan(100)
                .contains("5_backfill", "[=====", "420,000 of 1,000,000 docs", "61,000 docs/s", "9 s left");
        console.event(new Event.ProgressEnded("5_backfill"));
        console.close(); // otherwise the step's own line would be drawn again
        assertThat(errors()).endsWith(ERASE);
    }

    @Test
    void anErrorIsPrintedOnALineOfItsOwn() {
        console.event(new Event.StepStarted("3_add_users", Direction.UP));
        Eventually.until("the line is drawn", () -> errors().contains("3_add_users"));
        console.error(MigopyException.unreachable("localhost:27017 is gone", "Start it"), List.of());
        assertThat(errors()).endsWith(ERASE + "localhost:27017 is gone\nStart it\n");
    }

    @Test
    void nothingIsDrawnWithoutATerminal() {
        try (Console plain = console(Terminal.none())) {
            plain.event(new Event.StepStarted("3_add_users", Direction.UP));
            plain.event(new Event.StepEnded(new StepReport("3_add_users", Direction.UP, Outcome.APPLIED, 250L, null)));
        }
        assertThat(errors()).isEmpty();
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("\033");
    }

    @Test
    void theThreadOfTheLineEndsWithTheConsole() {
        console.event(new Event.StepStarted("3_add_users", Direction.UP));
        console.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("migopy-live-line"));
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }
}

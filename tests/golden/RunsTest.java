package golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;
import migopy.command.RunAnswer;
import migopy.console.Console;
import migopy.console.Console.Format;
import migopy.console.Event;
import migopy.console.Terminal;
import org.junit.jupiter.api.Test;

/** The output of a whole run, events and answer, as a terminal shows it and as JSON. */
class RunsTest {
    private static final StepReport ADDED = step("3_add_users", Outcome.APPLIED, 18, null);
    private static final StepReport SPLIT = step("4_split_names", Outcome.FAILED, 203, Samples.DUPLICATE_KEY);

    @Test
    void aSuccessfulRun() {
        check("run_applied", false, null, 0, ADDED, step("4_split_names", Outcome.APPLIED, 125_300, null));
    }

    @Test
    void aFailedRunShowsWhatStaysAppliedAndWhatToType() {
        check("run_failed", false, null, 1, ADDED, SPLIT);
    }

    @Test
    void aRunThatFailedAfterManySteps() {
        check("run_failed_after_many", false, null, 1, step("2_b", Outcome.APPLIED, 1, null), ADDED, SPLIT);
    }

    @Test
    void aTimeoutCountsAsInterrupted() {
        StepError timeout =
                new StepError("timeout", "took longer than 5 s", List.of("4_split_names.java:9    while (true) {"));
        check("run_timeout", false, null, 1, step("4_split_names", Outcome.FAILED, 5_012, timeout));
    }

    @Test
    void aRunWhoseOutcomeIsUnknown() {
        MigopyException error = MigopyException.unknown(
                "4_split_names finished, but that could not be recorded: no space left on" + " device",
                "Look how far it came, then settle it: {migopy} repair 4_split_names --as"
                        + " applied --reason \"...\"");
        check("run_unknown", false, error, 5, ADDED, step("4_split_names", Outcome.UNKNOWN, 44, null));
    }

    @Test
    void aRunThatLostItsLockBetweenTwoSteps() {
        MigopyException error =
                MigopyException.unknown("The lock was lost: ada@laptop holds it now.", "Check it: {migopy} status");
        check("run_overtaken", false, error, 5, ADDED);
    }

    @Test
    void aRollback() {
        StepReport back = new StepReport("3_add_users", Direction.DOWN, Outcome.ROLLED_BACK, 8L, null);
        StepError broken = new StepError("java.lang.IllegalStateException", "two lines\nof text", List.of());
        check(
                "run_rollback",
                false,
                null,
                1,
                back,
                new StepReport("2_b", Direction.DOWN, Outcome.ROLLBACK_FAILED, 3L, broken));
    }

    @Test
    void aDryRunOnlyPlans() {
        check(
                "run_planned",
                true,
                null,
                0,
                StepReport.planned("3_add_users", Direction.UP),
                StepReport.planned("4_split_names", Direction.UP));
    }

    @Test
    void aRunWithNothingToDo() {
        check("run_nothing", false, null, 0);
    }

    @Test
    void aRefusedRunShowsItsProblemAndNoHeader() {
        check("run_refused", List.of(Samples.EDITED), false, Samples.refused("1 problem"), 3);
    }

    @Test
    void ofAHundredProblemsSomeAreShown() {
        List<Problem> problems = new ArrayList<>();
        for (int n = 1; n <= 100; n++) {
            problems.add(new Problem(
                    Problem.ProblemKind.OUT_OF_ORDER,
                    n + "_late",
                    n + "_late is below 200_last, which is applied",
                    "Name it: {migopy} execute " + n + "_late"));
        }
        check("run_refused_often", problems, false, Samples.refused("100 problems, so nothing was run."), 3);
    }

    @Test
    void noticesAndTheWaitForTheLockAreOnStandardError() {
        Screen screen = new Screen(Format.WORDS);
        screen.console.event(new Event.Notice("3_add_users is still pending."));
        assertThat(screen.out()).isEmpty();
        assertThat(screen.err()).isEqualTo("3_add_users is still pending.\n");
    }

    @Test
    void theOutputOfAMigrationStaysOnLinesOfItsOwn() {
        Screen screen = new Screen(Format.WORDS);
        screen.console.event(new Event.RunStarted("app", "localhost:27017", "7f3a9102"));
        screen.console.event(new Event.StepStarted("3_add_users", Direction.UP));
        screen.console.migrationOutput().print("no line break, é");
        screen.console.event(new Event.StepEnded(ADDED));
        assertThat(screen.out()).isEqualTo("""
            app on localhost:27017, run 7f3a9102

            no line break, é
              applied   3_add_users                   18 ms
            """);
    }

    @Test
    void withJsonAMigrationPrintsToStandardError() {
        Screen screen = new Screen(Format.JSON);
        screen.console.event(new Event.StepStarted("3_add_users", Direction.UP));
        screen.console.migrationOutput().println("hello");
        screen.console.event(new Event.StepEnded(ADDED));
        assertThat(screen.out()).isEmpty();
        assertThat(screen.err()).isEqualTo("hello\n");
    }

    @Test
    void aSecretIsNeitherInTextNorInJson() {
        for (Format format : Format.values()) {
            Screen screen = new Screen(format, text -> text.replace("a\"b", "****"));
            screen.console.error(MigopyException.unreachable("mongodb://ada:a\"b@localhost says no", ""), List.of());
            assertThat(screen.out() + screen.err())
                    .contains("ada:****@localhost")
                    .doesNotContain("a\\\"b");
        }
    }

    @Test
    void aLogDoesNotShowEveryBatch() {
        Screen screen = new Screen(Format.WORDS);
        for (int i = 0; i < 100; i++) {
            screen.console.event(new Event.Progress("5_backfill", "docs", i, 100, 10, Duration.ZERO, Duration.ZERO));
        }
        assertThat(screen.err()).isEmpty();
    }

    private static StepReport step(String name, Outcome outcome, long ms, StepError error) {
        return new StepReport(name, Direction.UP, outcome, ms, error);
    }

    private static void check(String name, boolean dryRun, MigopyException error, int exitCode, StepReport... steps) {
        check(name, List.of(), dryRun, error, exitCode, steps);
    }

    private static void check(
            String name,
            List<Problem> problems,
            boolean dryRun,
            MigopyException error,
            int exitCode,
            StepReport... steps) {
        Consumer<Console> run = console -> {
            console.event(new Event.RunStarted("app", "localhost:27017", "7f3a9102"));
            for (StepReport step : dryRun ? new StepReport[0] : steps) {
                console.event(new Event.StepStarted(step.name(), step.direction()));
                console.event(new Event.StepEnded(step));
            }
            console.answer(new RunAnswer("7f3a9102", List.of(steps), dryRun, exitCode, problems, error));
        };
        Screen words = new Screen(Format.WORDS);
        run.accept(words.console);
        Golden.check(name + ".txt", words.both());
        Screen json = new Screen(Format.JSON);
        run.accept(json.console);
        assertThat(json.err()).isEmpty();
        Golden.check(name + ".json", json.out());
    }

    /** Both streams together, as a terminal shows them, and each by itself. */
    private static final class Screen {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private final ByteArrayOutputStream both = new ByteArrayOutputStream();
        private final Console console;

        Screen(Format format) {
            this(format, UnaryOperator.identity());
        }

        Screen(Format format, UnaryOperator<String> redaction) {
            console = new Console(tee(out), tee(err), format, Terminal.none(), "./migopy", redaction);
        }

        private PrintStream tee(ByteArrayOutputStream one) {
            return new PrintStream(one, true, StandardCharsets.UTF_8) {
                @Override
                public void write(byte[] bytes, int offset, int length) {
                    super.write(bytes, offset, length);
                    both.write(bytes, offset, length);
                }
            };
        }

        String out() {
            return out.toString(StandardCharsets.UTF_8);
        }

        String err() {
            return err.toString(StandardCharsets.UTF_8);
        }

        String both() {
            return both.toString(StandardCharsets.UTF_8);
        }
    }
}

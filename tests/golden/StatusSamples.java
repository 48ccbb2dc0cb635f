package golden;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import migopy.Problem;
import migopy.command.StatusAnswer;
import migopy.command.StatusAnswer.Row;
import migopy.console.Answer;
import migopy.plan.MigrationState;

/** Answers of status, by the names of their golden files. */
final class StatusSamples {
    private StatusSamples() {}

    static Map<String, Answer> all() {
        Map<String, Answer> samples = new LinkedHashMap<>();
        samples.put("status_nothing", status(List.of(), List.of()));
        samples.put("status_few", status(few(), List.of()));
        samples.put("status_failed", status(failed(), List.of()));
        samples.put("status_done", status(few().subList(0, 2), List.of()));
        samples.put("status_thousands", status(thousands(), List.of()));
        samples.put("status_troubled", status(troubled(), List.of(Samples.EDITED, interrupted())));
        samples.put("status_long_names", status(longNames(), List.of()));
        samples.put("status_many_problems", status(few(), manyProblems()));
        samples.put("status_embedded", embedded());
        samples.put(
                "status_all",
                new StatusAnswer(
                        "app",
                        "localhost:27017",
                        "migrations",
                        "mongomigrations",
                        false,
                        applied(15),
                        List.of(),
                        List.of(),
                        true));
        return samples;
    }

    static StatusAnswer status(List<Row> rows, List<Problem> problems) {
        return new StatusAnswer(
                "app", "localhost:27017", "migrations", "mongomigrations", false, rows, problems, List.of(), false);
    }

    static StatusAnswer embedded() {
        return new StatusAnswer(
                "app",
                "127.0.0.1:41234",
                "migrations",
                "mongomigrations/",
                true,
                few(),
                List.of(),
                List.of("12_later is newer than every file here."),
                false);
    }

    static List<Row> few() {
        return List.of(
                applied(1, "1_create_users", 12),
                new Row(
                        "2_index_users_by_email",
                        2L,
                        MigrationState.APPLIED,
                        null,
                        Samples.MORNING,
                        Samples.MORNING,
                        3_421L,
                        false,
                        null),
                Row.pending("3_add_users", 3, null),
                Row.pending("4_split_names", 4, null));
    }

    static List<Row> thousands() {
        List<Row> rows = new ArrayList<>(applied(3000));
        LongStream.rangeClosed(3001, 3300)
                .mapToObj(n -> Row.pending(n + "_step", n, null))
                .forEach(rows::add);
        return rows;
    }

    static List<Row> applied(int count) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(n -> applied(n, n + "_step", n))
                .toList();
    }

    static List<Row> longNames() {
        String name =
                "20261123101500_give_every_user_who_has_no_address_the_address_of_the_company_that_pays_for_the_user";
        return List.of(
                applied(20261123101500L, name, 12),
                applied(20261123101501L, "20261123101501_short", 125_000),
                Row.pending("20261123101502_next", 20261123101502L, null));
    }

    static List<Row> troubled() {
        return List.of(
                new Row(
                        "1_create_users",
                        1L,
                        MigrationState.APPLIED,
                        Problem.ProblemKind.EDITED,
                        Samples.MORNING,
                        Samples.MORNING,
                        12L,
                        true,
                        null),
                new Row("2_old", 2L, MigrationState.IGNORED, null, Samples.MORNING, Samples.MORNING, 0L, null, null),
                new Row(
                        "3_slow",
                        3L,
                        MigrationState.INTERRUPTED,
                        Problem.ProblemKind.INTERRUPTED,
                        Samples.MORNING,
                        null,
                        null,
                        true,
                        "ada@laptop"),
                new Row(
                        "4_split_names",
                        4L,
                        MigrationState.FAILED,
                        null,
                        Samples.MORNING,
                        Samples.MORNING,
                        203L,
                        true,
                        null),
                new Row(
                        "5_back",
                        5L,
                        MigrationState.ROLLBACK_FAILED,
                        Problem.ProblemKind.FAILED,
                        Samples.MORNING,
                        Samples.MORNING,
                        7_425_000L,
                        true,
                        null),
                new Row(
                        "6_\u001b[31mred\u202e",
                        null,
                        MigrationState.UNREADABLE,
                        Problem.ProblemKind.UNREADABLE,
                        null,
                        null,
                        null,
                        null,
                        null),
                new Row("7_now", 7L, MigrationState.RUNNING, null, Samples.MORNING, null, null, false, "bob@server"),
                Row.pending("8_next", 8, null));
    }

    static List<Row> failed() {
        return List.of(applied(1, "1_create_users", 12), troubled().get(3));
    }

    static Problem interrupted() {
        return new Problem(
                Problem.ProblemKind.INTERRUPTED,
                "3_slow",
                "3_slow was interrupted: ada@laptop, process 4711, began it on 2026-11-20 10:12 and" + " is gone.",
                "Look how far it came, then: {migopy} execute 3_slow --retry");
    }

    static List<Problem> manyProblems() {
        return IntStream.rangeClosed(1, 300)
                .mapToObj(n -> new Problem(
                        Problem.ProblemKind.MISSING,
                        n + "_gone",
                        n + "_gone was applied, but its file is gone",
                        "Restore the file"))
                .toList();
    }

    static Row applied(long number, String name, long durationMs) {
        return new Row(
                name,
                number,
                MigrationState.APPLIED,
                null,
                Samples.MORNING,
                Samples.MORNING.plus(Duration.ofMillis(durationMs)),
                durationMs,
                true,
                null);
    }
}

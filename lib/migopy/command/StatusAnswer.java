package migopy.command;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import migopy.Problem;
import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Table;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.plan.MigrationState;
import org.bson.Document;

/**
 * The migrations and their states.
 *
 * @param database the database's name
 * @param server the server's address, without secrets: {@code localhost:27017}
 * @param collection the journal's collection
 * @param directory the migrations' directory, as in the setting
 * @param embedded whether Migopy started the database itself
 * @param migrations in the order in which they run
 * @param problems all problems
 * @param notices information that is not a problem, one line each
 * @param all whether the text shows all applied ones, not only the last ten
 */
public record StatusAnswer(
        String database,
        String server,
        String collection,
        String directory,
        boolean embedded,
        List<Row> migrations,
        List<Problem> problems,
        List<String> notices,
        boolean all)
        implements Answer {

    /**
     * One migration.
     *
     * @param name without {@code .java}
     * @param number null if there is none, as in an unreadable document
     * @param problem its problem, or null
     * @param startedAt by the server's clock, or null
     * @param finishedAt by the server's clock, or null
     * @param durationMs in milliseconds, or null
     * @param reversible whether it has a {@code down()}; null if unknown
     * @param by who runs or ran it, {@code ada@laptop}, or null; shown for running and interrupted ones
     * @param reason why it was skipped, or null
     * @param adoptedFrom the other tool that applied it, or null
     * @param edited whether its file was edited since it was last compiled
     */
    public record Row(
            String name,
            Long number,
            MigrationState state,
            Problem.ProblemKind problem,
            Instant startedAt,
            Instant finishedAt,
            Long durationMs,
            Boolean reversible,
            String by,
            String reason,
            String adoptedFrom,
            boolean edited) {

        /** Creates one that was not skipped. */
        public Row(
                String name,
                Long number,
                MigrationState state,
                Problem.ProblemKind problem,
                Instant startedAt,
                Instant finishedAt,
                Long durationMs,
                Boolean reversible,
                String by) {
            this(name, number, state, problem, startedAt, finishedAt, durationMs, reversible, by, null, null, false);
        }

        /** Creates one that was never run. */
        public static Row pending(String name, long number, Problem.ProblemKind problem) {
            return new Row(name, number, MigrationState.PENDING, problem, null, null, null, null, null);
        }

        /** Returns whether it needs no attention. */
        private boolean settled() {
            return problem == null && done();
        }

        /** Returns whether nothing of it is left to apply. */
        private boolean done() {
            return switch (state) {
                case APPLIED, IGNORED, SKIPPED -> true;
                default -> false;
            };
        }

        private boolean underWay() {
            return switch (state) {
                case RUNNING, ROLLING_BACK, INTERRUPTED -> true;
                default -> false;
            };
        }

        private void into(Table table, Words out) {
            List<String> notes = new ArrayList<>();
            if (underWay() && by != null) {
                notes.add("by " + by);
            }
            if (problem != null && !state.word().endsWith(problem.word())) {
                notes.add(Words.spoken(problem.word()));
            }
            if (reason != null) {
                notes.add(Wording.visible(reason));
            } else if (adoptedFrom != null) {
                notes.add("by " + adoptedFrom);
            } else if (Boolean.FALSE.equals(reversible) && state != MigrationState.IGNORED) {
                notes.add("no down()");
            }
            if (edited) {
                notes.add("edited since it was last compiled");
            }
            table.row(
                    state.word(),
                    name,
                    out.time(finishedAt == null || underWay() ? startedAt : finishedAt),
                    underWay() || state == MigrationState.IGNORED ? "" : out.duration(durationMs),
                    String.join(", ", notes));
        }

        private Document json() {
            Document row = new Document("name", name).append("number", number).append("state", state.word());
            Json.put(row, "problem", problem == null ? null : problem.word());
            Json.put(row, "startedAt", startedAt);
            Json.put(row, "finishedAt", finishedAt);
            Json.put(row, "durationMs", durationMs);
            Json.put(row, "reason", reason);
            Json.put(row, "adoptedFrom", adoptedFrom);
            Json.put(row, "editedSinceCompiled", edited ? true : null);
            return Json.put(row, "reversible", reversible);
        }
    }

    /** How many applied or ignored ones are shown without {@code --all}. */
    static final int LAST_SETTLED = 10;

    /** How many pending ones are shown without {@code --all}. */
    static final int FIRST_PENDING = 20;

    public StatusAnswer {
        migrations = List.copyOf(migrations);
        problems = List.copyOf(problems);
        notices = List.copyOf(notices);
    }

    /** Returns how many are in a state. */
    public long count(MigrationState state) {
        return migrations.stream().filter(row -> row.state() == state).count();
    }

    /**
     * Returns the exit code of {@code status --check}: 3 if there is a problem, 8 if something is pending, failed or
     * running, else 0.
     */
    public int checkCode() {
        long done = migrations.stream().filter(Row::done).count();
        return !problems.isEmpty() ? 3 : done < migrations.size() ? 8 : 0;
    }

    @Override
    public void words(Words out) {
        out.line(database + " on " + server + ", " + Wording.folder(directory));
        if (!migrations.isEmpty()) {
            out.gap();
            rows(out);
        }
        if (!problems.isEmpty()) {
            out.gap();
            out.problems(problems, all);
        }
        out.gap();
        notices.forEach(out::line);
        out.line(closing());
    }

    private void rows(Words out) {
        List<Row> done = migrations.stream()
                .filter(row -> row.state() != MigrationState.PENDING)
                .toList();
        List<Row> pending = migrations.stream()
                .filter(row -> row.state() == MigrationState.PENDING)
                .toList();
        long settled = done.stream().filter(Row::settled).count();
        long hidden = all || settled <= LAST_SETTLED ? 0 : settled - LAST_SETTLED;
        if (hidden > 0) {
            out.line("  " + Wording.number(hidden) + " earlier. To list all: {migopy} status --all");
        }
        int shown = all || pending.size() <= FIRST_PENDING ? pending.size() : FIRST_PENDING;

        Table table = new Table(out, Table.Align.LEFT, Table.Align.LEFT, Table.Align.RIGHT, Table.Align.LEFT);
        long skipped = 0;
        for (Row row : done) {
            if (row.settled() && skipped < hidden) {
                skipped++;
            } else {
                row.into(table, out);
            }
        }
        pending.subList(0, shown).forEach(row -> row.into(table, out));
        table.print();
        if (shown < pending.size()) {
            Row last = pending.get(pending.size() - 1);
            out.line("  " + Wording.number(pending.size() - shown) + " more pending, up to " + last.name());
        }
    }

    private String closing() {
        long pending = count(MigrationState.PENDING);
        long failed = count(MigrationState.FAILED);
        long interrupted = migrations.stream()
                .filter(row -> row.state() == MigrationState.INTERRUPTED)
                .filter(row -> row.problem() == null)
                .count();
        long running = count(MigrationState.RUNNING) + count(MigrationState.ROLLING_BACK);
        if (migrations.isEmpty() && problems.isEmpty()) {
            return "No migrations yet. To write one: {migopy} create add users";
        }
        List<String> counts = new ArrayList<>();
        if (pending > 0 || failed + interrupted == 0) {
            counts.add(pending == 0 ? "Nothing pending" : Wording.number(pending) + " pending");
        }
        add(counts, failed, "failed");
        add(counts, count(MigrationState.SKIPPED), "skipped");
        add(counts, interrupted, "interrupted");
        add(counts, running, "running");
        if (!problems.isEmpty()) {
            counts.add(Wording.count(problems.size(), "problem") + " to fix first");
        }
        boolean next = pending + failed > 0 && running == 0 && problems.isEmpty();
        return String.join(", ", counts) + (next ? ". " + toRun(pending, failed) : ".");
    }

    private static void add(List<String> counts, long number, String word) {
        if (number > 0) {
            counts.add(Wording.number(number) + " " + word);
        }
    }

    private static String toRun(long pending, long failed) {
        String those = pending + failed == 1 ? "it" : "them";
        return "To run " + those + (pending == 0 ? " again" : "") + ": {migopy} execute";
    }

    @Override
    public Document json() {
        List<Document> rows = migrations.stream().map(Row::json).toList();
        Document summary = new Document();
        for (MigrationState state : MigrationState.values()) {
            summary.append(state.word(), count(state));
        }
        return new Document("database", database)
                .append("collection", collection)
                .append("directory", directory)
                .append("embedded", embedded)
                .append("migrations", rows)
                .append("summary", summary)
                .append("problems", Json.problems(problems))
                .append("notices", notices);
    }
}

package migopy.console;

import migopy.Problem;

import org.bson.Document;

import java.time.Instant;
import java.util.List;

/**
 * The migrations and how they stand.
 *
 * @param database the database's name
 * @param server where it is, without secrets: {@code localhost:27017}
 * @param collection the journal's collection
 * @param directory the migrations' directory, as it was set
 * @param embedded whether Migopy started the database itself
 * @param migrations in the order in which they run
 * @param problems every problem that was found
 * @param notices what a person should know that is no problem, one line each
 * @param all whether every applied one is shown in words, not only the last ten
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
     * @param number null where there is none, as in a document that cannot be read
     * @param problem the problem it has, or null
     * @param startedAt by the server's clock, or null
     * @param finishedAt by the server's clock, or null
     * @param durationMs in milliseconds, or null
     * @param reversible whether it has a {@code down()}; null if that is not known
     * @param by who runs or ran it, {@code ada@laptop}, or null; shown while it runs and when it
     *     was interrupted
     */
    public record Row(
            String name,
            Long number,
            MigrationState state,
            Problem.Kind problem,
            Instant startedAt,
            Instant finishedAt,
            Long durationMs,
            Boolean reversible,
            String by) {

        /** One that was never run. */
        public static Row pending(String name, long number, Problem.Kind problem) {
            return new Row(
                    name, number, MigrationState.PENDING, problem, null, null, null, null, null);
        }
    }

    public StatusAnswer {
        migrations = List.copyOf(migrations);
        problems = List.copyOf(problems);
        notices = List.copyOf(notices);
    }

    /** How many are in a state. */
    public long count(MigrationState state) {
        return migrations.stream().filter(row -> row.state() == state).count();
    }

    /**
     * The exit code of {@code status --check}: 3 if there is a problem, 8 if something is pending,
     * else 0.
     */
    public int checkCode() {
        return !problems.isEmpty() ? 3 : count(MigrationState.PENDING) > 0 ? 8 : 0;
    }

    @Override
    public void words(Words out) {}

    @Override
    public Document json() {
        return new Document();
    }
}

package migopy.run;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.List;
import migopy.MigopyException;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;
import migopy.console.Answer;
import migopy.console.ErrorAnswer;
import migopy.console.Json;
import migopy.console.Words;
import migopy.journal.Fixes;
import org.bson.Document;

/**
 * Runs an ad-hoc fix under the lock: earlier runs are fenced, the start is recorded, the fix is called, its end is recorded.
 */
public final class FixRunner {
    private final RunContext context;

    public FixRunner(RunContext context) {
        this.context = context;
    }

    /**
     * Runs it, and records it.
     *
     * @throws MigopyException if it cannot start: locked, unreachable, a signal, refused if the server does not support the
     *     transaction that it needs
     */
    public FixAnswer run(Fix fix, FixOptions options) {
        return context.guarded("Recording the fix", ledger -> underLock(fix, options, ledger));
    }

    private FixAnswer underLock(Fix fix, FixOptions options, Ledger ledger) throws InterruptedException {
        boolean transactional = fix.transactional() || options.transaction();
        if (transactional) {
            context.connection().requireTransactions();
        }
        try (LockedRun locked = LockedRun.open(context, ledger, options.waitForLock())) {
            context.connection().refuseUnknownWriteConcern(context.settings().migrationsCollection());
            locked.entries(); // only to fence earlier runs: a fix needs no plan
            locked.tellStarted(List.of(fix.name()));
            FixAnswer answer;
            try (OutputCapture output = locked.captureOutput();
                    MigrationThread thread = new MigrationThread()) {
                var callOptions = new RecordedCall.CallOptions(options.timeout(), output, thread);
                try (FixRun run = new FixRun(locked, fix, options, callOptions)) {
                    answer = run.run();
                }
            }
            try {
                locked.lease().release();
                return answer;
            } catch (MigopyException e) {
                return answer.with(e);
            }
        }
    }

    /** A compiled fix: a class with {@code up()}, or lines of JShell. */
    public interface Fix {
        /** Returns its name: {@code fix.java}. */
        String name();

        /** Returns its kind, its file as it was typed, and its text. */
        Fixes.Code code();

        /** Whether it takes a session itself. */
        boolean transactional();

        /**
         * Calls it in this thread.
         *
         * @param session for a transactional one; otherwise null
         * @throws Throwable what it throws
         */
        void call(MongoDatabase database, ClientSession session) throws Throwable;

        /** Returns its lines that led to an exception, as {@code file:line}. */
        List<String> framesOf(Throwable thrown);
    }

    /**
     * The options of a fix.
     *
     * @param reason why it is run, for the record
     * @param waitForLock how long to wait for the lock; zero to not wait
     * @param timeout how long it may take, or null
     * @param transaction run all of it in one transaction
     */
    public record FixOptions(String reason, Duration waitForLock, Duration timeout, boolean transaction) {}

    /**
     * How an ad-hoc fix ended.
     *
     * @param run the run's id, by which {@code history} finds it
     * @param file what was run
     * @param outcome how it ended; null if it was not started
     * @param durationMs how long it took, or null
     * @param error why it failed, or null
     * @param undone whether its transaction was undone, so that nothing of it is in the database
     * @param exitCode the exit code
     * @param problem why it was not started, or why its outcome is unknown; or null
     */
    public record FixAnswer(
            String run,
            String file,
            Outcome outcome,
            Long durationMs,
            StepError error,
            boolean undone,
            int exitCode,
            MigopyException problem)
            implements Answer {

        /** Adds what failed after a fix that succeeded. */
        FixAnswer with(MigopyException later) {
            return exitCode != 0
                    ? this
                    : new FixAnswer(
                            run,
                            file,
                            outcome,
                            durationMs,
                            error,
                            undone,
                            later.kind().exitCode(),
                            later);
        }

        @Override
        public boolean isError() {
            return problem != null || error != null;
        }

        /** Writes what its line does not contain. */
        @Override
        public void words(Words out) {
            if (problem != null) {
                if (outcome != null) {
                    out.gap();
                }
                ErrorAnswer.of(problem, List.of()).words(out);
            } else if (error != null) {
                out.gap();
                out.failure(file, error);
                if (error.hint() != null) {
                    out.line(error.hint());
                }
                out.line(
                        undone
                                ? "Its transaction was undone: nothing of it is in the database. Fix %s, then run it again"
                                        .formatted(file)
                                : "Find out how far it got. Its record: {migopy} history " + run);
            }
        }

        @Override
        public Document json() {
            if (problem != null && outcome == null) {
                return ErrorAnswer.of(problem, List.of()).json().append("exitCode", exitCode);
            }
            Document answer = new Document("run", run).append("file", file).append("outcome", outcome.word());
            Json.put(answer, "durationMs", durationMs);
            Json.put(answer, "error", error == null ? null : Json.failure(error));
            if (problem != null) {
                answer.append("error", Json.error(ErrorAnswer.of(problem, List.of())));
            }
            return answer.append("exitCode", exitCode);
        }
    }
}

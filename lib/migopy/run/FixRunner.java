package migopy.run;

import java.util.List;
import migopy.MigopyException;

/**
 * Runs an ad-hoc fix under the lock: fence, begin, call, settle, release. It was compiled before it
 * came here.
 */
public final class FixRunner {
    private final RunContext context;

    public FixRunner(RunContext context) {
        this.context = context;
    }

    /**
     * Runs it, and records it.
     *
     * @throws MigopyException for what keeps it from starting: locked, unreachable, a signal,
     *     refused where it needs a transaction and the server has none
     */
    public FixAnswer run(Fix fix, FixOptions options) {
        return context.guarded("Recording the fix", ledger -> underLock(fix, options, ledger));
    }

    private FixAnswer underLock(Fix fix, FixOptions options, Ledger ledger) throws InterruptedException {
        boolean transactional = fix.transactional() || options.transaction();
        if (transactional) {
            context.connection().requireTransactions();
        }
        try (Operation operation = Operation.open(context, ledger, options.waitForLock())) {
            operation.entries(); // for its fences alone: a fix plans nothing
            operation.tellStarted(List.of(fix.name()));
            try (OutputCapture output = operation.captureOutput();
                    MigrationThread thread = new MigrationThread()) {
                var callOptions = new RecordedCall.CallOptions(options.timeout(), output, thread);
                try (FixRun run = new FixRun(operation, fix, options, callOptions)) {
                    return run.run();
                }
            }
        }
    }
}

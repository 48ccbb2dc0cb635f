package migopy.run;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;

import migopy.MigopyException;
import migopy.console.Console;
import migopy.console.Event;
import migopy.console.FixAnswer;
import migopy.journal.By;
import migopy.lock.Lease;
import migopy.lock.LockStore;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.mongo.ServerOperations;
import migopy.settings.Settings;

import java.util.List;

/**
 * Runs an ad-hoc fix under the lock: fence, begin, call, settle, release. It was compiled before it
 * came here.
 */
public final class FixRunner {
    private final Settings settings;
    private final Connection connection;
    private final String runId;
    private final Console console;
    private final Hooks hooks;
    private final Watchdog watchdog;

    /**
     * @param watchdog hears of signals; whoever installed it closes it
     */
    public FixRunner(
            Settings settings,
            Connection connection,
            String runId,
            Console console,
            Hooks hooks,
            Watchdog watchdog) {
        this.settings = settings;
        this.connection = connection;
        this.runId = runId;
        this.console = console;
        this.hooks = hooks;
        this.watchdog = watchdog;
    }

    /**
     * Runs it, and records it.
     *
     * @throws MigopyException for what keeps it from starting: locked, unreachable, refused where
     *     it needs a transaction and the server has none
     */
    public FixAnswer run(Fix fix, FixOptions options) {
        try {
            Ledger ledger = Ledger.open(settings, connection);
            if ((fix.transactional() || options.transaction())
                    && !connection.supportsTransactions()) {
                throw MigopyException.refused(
                        "This server has no transactions: it is no replica set",
                        "Start mongod with --replSet, or do without a transaction");
            }
            return underLock(fix, options, ledger);
        } catch (InterruptedException | MongoInterruptedException e) {
            return stopped(fix, e);
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Recording the fix");
        } catch (MigopyException e) {
            if (watchdog.stopped().isPresent()) {
                return stopped(fix, e);
            }
            throw e;
        }
    }

    /** A signal came before it was called. */
    private FixAnswer stopped(Fix fix, Exception cause) {
        int exitCode =
                watchdog.stopped().orElse(null) instanceof Stop.Signalled signal
                        ? signal.exitCode()
                        : MigopyException.Kind.FAILED.exitCode();
        MigopyException error =
                new MigopyException(
                        MigopyException.Kind.FAILED,
                        "Stopped before anything was run",
                        "Start it again",
                        cause);
        return new FixAnswer(runId, fix.name(), null, null, null, exitCode, error);
    }

    private FixAnswer underLock(Fix fix, FixOptions options, Ledger ledger)
            throws InterruptedException {
        By by = By.thisProcess();
        String owner = "%s@%s/%d/%s".formatted(by.user(), by.host(), by.pid(), runId);
        try (Lease lease =
                Lease.acquire(
                        ledger.locks(),
                        new LockStore.Owner(owner, runId, by.host(), by.pid()),
                        settings.lease(),
                        options.waitForLock(),
                        console::event)) {
            ServerOperations operations =
                    new ServerOperations(connection, Ledger.namespaces(settings));
            Takeover takeover = new Takeover(operations, ledger);
            takeover.raiseFence(lease.token());
            Operation operation =
                    new Operation(
                            settings,
                            connection,
                            runId,
                            by,
                            console,
                            hooks,
                            watchdog,
                            ledger,
                            lease,
                            operations,
                            takeover,
                            new RunOptions(
                                    false,
                                    options.waitForLock(),
                                    options.timeout(),
                                    false,
                                    false,
                                    false),
                            null);
            console.event(new Event.RunStarted(settings.database(), connection.server(), runId));
            console.event(new Event.Planned(List.of(fix.name())));
            try (OutputCapture output =
                            OutputCapture.start(
                                    console.migrationOutput(),
                                    console.migrationErrors(),
                                    settings.redactor());
                    FixRun run = new FixRun(operation, fix, options, output)) {
                return run.run();
            }
        }
    }
}

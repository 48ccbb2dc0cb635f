package migopy.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Console;
import migopy.journal.Entry;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Fixes;
import migopy.journal.Journal;
import migopy.lock.Lease;
import migopy.mongo.ServerOperations;
import migopy.mongo.ServerOperations.ServerOperation;
import org.bson.BsonDocument;

/**
 * Recovers from a crashed run: settles what it has left in journal and fixes, and ends its transactions and operations on
 * the server.
 */
public final class Recovery {
    /** How long an operation that was killed may take to end before a migration is run again. */
    private static final Duration END_OF_OPERATIONS = Duration.ofSeconds(60);

    /** 1.5 times the server's default of transactionLifetimeLimitSeconds: no transaction lasts longer. */
    private static final Duration END_OF_TRANSACTIONS = Duration.ofSeconds(90);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    private final ServerOperations operations;
    private final Journal journal;
    private final Fixes fixes;
    private final Lease lease;
    private final Console console;

    Recovery(ServerOperations operations, Ledger ledger, Lease lease, Console console) {
        this.console = console;
        this.operations = operations;
        this.lease = lease;
        this.journal = ledger.journal();
        this.fixes = ledger.fixes();
    }

    /** Returns the journal once no earlier run can write to what is running in journal or fixes. */
    List<Entry> fencedEntries() {
        Optional<Long> highest = fixes.highestFenceUnderWay();
        if (highest.isPresent()) {
            lease.raiseAbove(highest.get());
            end(fixes.sessionsUnderWay());
            fixes.raiseFence(lease.token());
        }
        return fencedJournal();
    }

    /**
     * Returns the journal once no earlier run can write to what is running there; the fixes stay as they are. If nothing
     * is running, nothing has to be fenced: the lock was taken by a majority write, so whatever was started before is
     * seen, and whatever an overtaken run starts later collides with this run's start of the same migration.
     */
    List<Entry> fencedJournal() {
        List<Entry> entries = journal.entries();
        boolean settled = true;
        long highest = 0;
        for (Entry entry : entries) {
            if (entry instanceof JournalEntry known) {
                settled &= !known.state().underWay();
                highest = Math.max(highest, known.fence() == null ? 0 : known.fence());
            } else {
                settled = false;
            }
        }
        lease.raiseAbove(highest);
        if (settled) {
            return entries;
        }
        end(journal.sessionsUnderWay());
        journal.raiseFence(lease.token());
        return undone(journal.entries());
    }

    /** Returns the entries after rollbacks that their transactions have undone are settled. */
    private List<Entry> undone(List<Entry> entries) {
        List<JournalEntry> undone = entries.stream()
                .filter(JournalEntry.class::isInstance)
                .map(JournalEntry.class::cast)
                .filter(JournalEntry::rollingBackInTransaction)
                .toList();
        undone.forEach(journal::restoreApplied);
        return undone.isEmpty() ? entries : journal.entries();
    }

    /** Must be called before fencing: a transaction that has written its record delays the fence. */
    private void end(List<BsonDocument> sessions) {
        for (BsonDocument session : sessions) {
            operations.killSession(session);
        }
    }

    /**
     * Ends the operations of an interrupted migration on the server before it is run again, except index builds: the same
     * {@code createIndexes} waits for them.
     *
     * @throws MigopyException unknown, if one does not end
     */
    public void clear(JournalEntry entry) {
        if (entry == null || entry.run() == null) {
            return;
        }
        if (!entry.state().underWay() && !entry.failedMidway()) {
            return;
        }
        Duration limit = entry.transactional() ? END_OF_TRANSACTIONS : END_OF_OPERATIONS;
        List<ServerOperation> left = operations.ofRun(entry.run());
        operations.kill(left);
        for (ServerOperation each : left) {
            if (each.buildsIndexes()) {
                console.notice("%s still runs on the server; %s waits for it if it builds the same index"
                                .formatted(each.describe(), entry.name())
                        + ". To stop it, in mongosh: "
                        + each.dropIndexes());
            }
        }
        awaitEnd(entry.run(), left, "An operation of the interrupted " + entry.name(), limit);
    }

    /** Ends the operations of a crashed run on the server, except index builds. */
    void end(String run, String operation) {
        List<ServerOperation> left = operations.ofRun(run);
        operations.kill(left);
        awaitEnd(run, left, operation, END_OF_OPERATIONS);
    }

    private void awaitEnd(String run, List<ServerOperation> killed, String operation, Duration limit) {
        long start = System.nanoTime();
        List<ServerOperation> left = others(killed);
        while (!left.isEmpty() && System.nanoTime() - start < limit.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_AGAIN.toMillis()));
            left = others(operations.ofRun(run));
        }
        if (!left.isEmpty()) {
            throw MigopyException.unknown(
                    "%s still runs on the server: %s"
                            .formatted(operation, left.get(0).describe()),
                    "End it there or wait until it has ended, then run the command again");
        }
    }

    private static List<ServerOperation> others(List<ServerOperation> operations) {
        return operations.stream().filter(each -> !each.buildsIndexes()).toList();
    }

    /** Returns a problem, with the operations of the interrupted run that are still running on the server. */
    Problem described(Problem problem, JournalEntry entry) {
        if (problem.kind() != Problem.ProblemKind.INTERRUPTED || entry == null || entry.run() == null) {
            return problem;
        }
        List<String> details = new ArrayList<>(problem.details());
        try {
            ServerOperations.FoundOperations found = operations.find(entry.run());
            for (ServerOperation each : found.operations()) {
                details.add("still runs on the server: " + each.describe());
                if (each.buildsIndexes()) {
                    details.add("    the next attempt waits for it; to stop it, in mongosh: " + each.dropIndexes());
                }
            }
            if (found.operations().isEmpty()) {
                details.add(
                        found.complete()
                                ? "none of its operations is running on the server"
                                : "none of its operations is running on the server as this user;"
                                        + " to see those of other users, the right inprog is needed");
            }
        } catch (MigopyException e) {
            details.add("whether it still runs on the server is unknown: " + e.getMessage());
        }
        return new Problem(problem.kind(), problem.name(), problem.message(), problem.hint(), details);
    }
}

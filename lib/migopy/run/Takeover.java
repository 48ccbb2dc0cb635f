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
 * What a run that died has left behind in the server: open transactions, and operations that go on
 * without it.
 */
public final class Takeover {
    /**
     * How long an operation that was killed may take to end, before a migration is run again
     * (DESIGN, the lock).
     */
    private static final Duration END_OF_OPERATIONS = Duration.ofSeconds(60);

    /**
     * 1.5 times the server's default of transactionLifetimeLimitSeconds: by then no transaction is
     * left.
     */
    private static final Duration END_OF_TRANSACTIONS = Duration.ofSeconds(90);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    private final ServerOperations operations;
    private final Journal journal;
    private final Fixes fixes;
    private final Lease lease;
    private final Console console;

    Takeover(ServerOperations operations, Ledger ledger, Lease lease, Console console) {
        this.console = console;
        this.operations = operations;
        this.lease = lease;
        this.journal = ledger.journal();
        this.fixes = ledger.fixes();
    }

    /** The journal, when no earlier run can write into what is running in journal or fixes. */
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
     * The journal, when no earlier run can write into what is running there; the fixes are left as
     * they are. Where nothing is running, there is nothing to fence: the lock was taken by a
     * majority write, so that what was started before is seen, and what an overtaken run starts
     * from now on stops this run's start of the same migration.
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

    /** The entries once rollbacks that their transactions have undone are settled. */
    private List<Entry> undone(List<Entry> entries) {
        List<JournalEntry> undone = entries.stream()
                .filter(JournalEntry.class::isInstance)
                .map(JournalEntry.class::cast)
                .filter(JournalEntry::rollingBackInTransaction)
                .toList();
        undone.forEach(journal::restoreApplied);
        return undone.isEmpty() ? entries : journal.entries();
    }

    /**
     * To be called before fencing: a transaction that has written its record holds the fence up.
     */
    private void end(List<BsonDocument> sessions) {
        for (BsonDocument session : sessions) {
            operations.killSession(session);
        }
    }

    /**
     * Makes sure that nothing of an interrupted migration goes on in the server, before it is run
     * again. An index build may: the same {@code createIndexes} waits for it.
     *
     * @throws MigopyException unknown, if something does
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
                console.notice("%s still runs in the server; %s waits for it where it asks for the same"
                                .formatted(each.describe(), entry.name())
                        + ". To stop it, in mongosh: "
                        + each.dropIndexes());
            }
        }
        awaitEnd(entry.run(), left, "An operation of the interrupted " + entry.name(), limit);
    }

    /** Makes sure that nothing of a dead run goes on in the server, but for building indexes. */
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
                    "%s still runs in the server: %s"
                            .formatted(operation, left.get(0).describe()),
                    "End it there, or wait for its end; then start again");
        }
    }

    private static List<ServerOperation> others(List<ServerOperation> operations) {
        return operations.stream().filter(each -> !each.buildsIndexes()).toList();
    }

    /** The problem, and below it what the interrupted run still does in the server. */
    Problem described(Problem problem, JournalEntry entry) {
        if (problem.kind() != Problem.Kind.INTERRUPTED || entry == null || entry.run() == null) {
            return problem;
        }
        List<String> details = new ArrayList<>(problem.details());
        try {
            ServerOperations.FoundOperations found = operations.find(entry.run());
            for (ServerOperation each : found.operations()) {
                details.add("still runs in the server: " + each.describe());
                if (each.buildsIndexes()) {
                    details.add("    the next attempt waits for it; to stop it, in mongosh: " + each.dropIndexes());
                }
            }
            if (found.operations().isEmpty()) {
                details.add(
                        found.complete()
                                ? "nothing of it runs in the server any more"
                                : "nothing of it runs in the server as this user; other users'"
                                        + " operations cannot be seen without the right inprog");
            }
        } catch (MigopyException e) {
            details.add("whether it still runs in the server could not be asked: " + e.getMessage());
        }
        return new Problem(problem.kind(), problem.name(), problem.message(), problem.hint(), details);
    }
}

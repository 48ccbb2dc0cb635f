package migopy.run;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import migopy.journal.Entry;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Entry.UnreadableEntry;
import migopy.journal.Journal;
import migopy.lock.LockStore;
import migopy.lock.LockStore.Holder;
import migopy.mongo.Connection;

/**
 * The journal, read without the lock.
 *
 * @param liveRuns the run that holds the lock, if something is under way
 */
public record JournalView(List<Entry> entries, Set<String> liveRuns) {
    /** A migration ends and the next begins between two looks; so often that does not happen. */
    private static final int LOOKS = 3;

    /**
     * Reads the journal once; the lock only if something is under way, and if that looks
     * interrupted, both once more: its run may just have come to its end.
     *
     * @throws migopy.MigopyException half restored, if a restore did not finish; usage, where there
     *     is nothing, but a database whose name differs in upper and lower case
     */
    public static JournalView read(Ledger ledger, Connection connection) {
        List<Entry> entries = ledger.journal().entries();
        if (entries.isEmpty()) {
            connection.refuseOtherCase();
        }
        if (mayBeHalfRestored(entries)) {
            HalfRestored.refuse(ledger);
        }
        if (interrupted(entries, Set.of()).isEmpty()) {
            return new JournalView(entries, Set.of());
        }
        Set<String> live = liveRuns(ledger.locks());
        Set<String> suspects = interrupted(entries, live);
        for (int look = 0; look < LOOKS && !suspects.isEmpty(); look++) {
            live = liveRuns(ledger.locks());
            entries = ledger.journal().entries();
            Set<String> before = suspects;
            suspects = interrupted(entries, live);
            if (before.containsAll(suspects)) {
                break; // under way before that look at the lock and after it, by a run without it
            }
        }
        return new JournalView(entries, live);
    }

    /**
     * A restore marks the journal that it is going to replace; until it fills a new one, it is
     * empty.
     */
    private static boolean mayBeHalfRestored(List<Entry> entries) {
        for (Entry entry : entries) {
            if (entry instanceof UnreadableEntry other && other.name().equals(Journal.RESTORE_MARK)) {
                return true;
            }
        }
        return entries.isEmpty();
    }

    /** The run that holds the lock now. */
    public static Set<String> liveRuns(LockStore locks) {
        return locks.holder().filter(Holder::live).map(one -> Set.of(one.run())).orElse(Set.of());
    }

    /** What is under way by a run that is not among these: names and runs. */
    private static Set<String> interrupted(List<Entry> entries, Set<String> live) {
        Set<String> found = new HashSet<>();
        for (Entry entry : entries) {
            if (entry instanceof JournalEntry known
                    && known.state().underWay()
                    && (known.run() == null || !live.contains(known.run()))) {
                found.add(known.name() + " " + known.run());
            }
        }
        return found;
    }
}

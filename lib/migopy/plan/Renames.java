package migopy.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import migopy.Problem;
import migopy.journal.JournalEntry;
import migopy.journal.State;

/**
 * Finds files that have the text of a migration which the journal knows under another name: a text
 * that was run once is not run again because its file was renamed.
 */
final class Renames {
    /** What the journal has of texts that are no longer under their own name, by checksum. */
    private final Map<String, JournalEntry> moved = new HashMap<>();

    /** Records that a repair has moved here from another name. */
    private final Map<String, JournalEntry> targets = new HashMap<>();

    /**
     * Takes note of an entry.
     *
     * @param own the checksum that its own file has now, or null where that is gone
     * @param live whether a run is working on it
     */
    void add(JournalEntry entry, String own, boolean live) {
        if (entry.renamedFrom() != null) {
            targets.put(entry.renamedFrom(), entry);
        }
        if (entry.checksum() != null && !entry.checksum().equals(own) && !live) {
            boolean failed = entry.state() == State.FAILED && !entry.failedMidway();
            // What failed may be run again, so an edit of it leaves no text behind.
            boolean never = entry.state() == State.ROLLED_BACK || entry.state() == State.SKIPPED;
            if (!never && !(failed && own != null)) {
                moved.put(entry.checksum(), entry);
            }
        }
    }

    /** Gives each migration that was renamed its problem, on both of its names. */
    void mark(List<Situation> migrations, Map<String, String> checksums) {
        if (moved.isEmpty()) {
            return;
        }
        Map<String, Problem> oldNames = new HashMap<>();
        for (int i = 0; i < migrations.size(); i++) {
            Situation one = migrations.get(i);
            JournalEntry known = one.couldRun() ? moved.get(checksums.get(one.name())) : null;
            if (known != null && !known.name().equals(one.name())) {
                Problem problem = Problems.renamed(one.name(), known);
                migrations.set(i, one.with(problem));
                oldNames.putIfAbsent(known.name(), problem);
            }
        }
        for (JournalEntry old : moved.values()) {
            JournalEntry target = targets.get(old.name());
            if (target != null && target.replaces(old)) {
                oldNames.put(old.name(), Problems.renamingUnfinished(target.name(), old.name()));
            }
        }
        for (int i = 0; i < migrations.size(); i++) {
            Situation one = migrations.get(i);
            Problem problem = oldNames.get(one.name());
            if (problem != null && one.mayHaveBeenRenamed()) {
                migrations.set(i, one.with(problem));
            }
        }
    }
}

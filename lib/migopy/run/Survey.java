package migopy.run;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import migopy.files.ChecksumCache;
import migopy.files.CoreText;
import migopy.files.MigrationDirectory;
import migopy.files.MigrationDirectory.Listing;
import migopy.files.MigrationFile;
import migopy.journal.Entry;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Entry.UnreadableEntry;
import migopy.journal.Journal;
import migopy.lock.LockStore;
import migopy.lock.LockStore.Holder;
import migopy.mongo.Connection;
import migopy.plan.Overview;
import migopy.settings.Settings;
import org.bson.BsonDocument;

/**
 * The migrations directory as it is now.
 *
 * @param directory as it was set, relative to the project's folder
 * @param checksums of the files, by name
 * @param outOfOrder whether a pending migration may be below the highest applied one
 */
public record Survey(String directory, Listing listing, Map<String, String> checksums, boolean outOfOrder) {
    /** How many stored sources are compared: an old branch may lack thousands of files. */
    private static final int MOST_GONE = 20;

    /**
     * Lists the directory and reads the files that have changed.
     *
     * @throws migopy.MigopyException usage, if it is missing or cannot be read
     */
    public static Survey of(Settings settings) {
        Path directory = settings.migrationsDirectory();
        Listing listing = new MigrationDirectory(directory, settings.migrationsFilePattern()).scan();
        Map<String, String> checksums = new ChecksumCache(settings.cacheDirectory()).of(listing);
        return new Survey(settings.shown(directory), listing, checksums, settings.outOfOrder());
    }

    /**
     * Returns the comparison with the journal. Only if a file is gone and others could run, it reads stored sources,
     * because one of these files may be the missing one under a new name.
     */
    public Overview with(JournalView view, Journal journal) {
        Overview overview = Overview.of(listing, checksums, view.entries(), view.liveRuns(), outOfOrder, Map.of());
        List<JournalEntry> gone = overview.withoutFile();
        List<MigrationFile> pending = overview.couldRun();
        if (gone.isEmpty() || pending.isEmpty()) {
            return overview;
        }
        List<JournalEntry> newest = gone.subList(Math.max(0, gone.size() - MOST_GONE), gone.size());
        Map<String, String> sources = new HashMap<>();
        for (BsonDocument one :
                journal.sources(newest.stream().map(JournalEntry::key).toList())) {
            if (one.isString("checksum") && one.isString("source")) {
                sources.put(
                        one.getString("checksum").getValue(),
                        one.getString("source").getValue());
            }
        }
        Map<String, String> alike = CoreText.alike(pending, sources);
        return alike.isEmpty()
                ? overview
                : Overview.of(listing, checksums, view.entries(), view.liveRuns(), outOfOrder, alike);
    }

    /**
     * Documents of the journal or of the fixes, read without the lock.
     *
     * @param liveRuns the runs that held the lock meanwhile, if a document is running
     */
    public record LiveDocuments(List<BsonDocument> documents, Set<String> liveRuns) {
        /**
         * Reads the documents, and again between two reads of the lock if one of them is running: a run that had started
         * something held the lock at one of the two moments.
         */
        public static LiveDocuments read(
                LockStore locks, Supplier<List<BsonDocument>> read, Predicate<BsonDocument> isRunning) {
            List<BsonDocument> documents = read.get();
            if (documents.stream().noneMatch(isRunning)) {
                return new LiveDocuments(documents, Set.of());
            }
            Set<String> live = new HashSet<>(JournalView.liveRuns(locks));
            documents = read.get();
            live.addAll(JournalView.liveRuns(locks));
            return new LiveDocuments(documents, live);
        }
    }

    /**
     * The journal, read without the lock.
     *
     * @param liveRuns the run that holds the lock, if a migration is running
     */
    public record JournalView(List<Entry> entries, Set<String> liveRuns) {
        /** Between two reads one migration may end and the next start, but not every time. */
        private static final int READS = 3;

        /**
         * Reads the journal. Only if a migration is running there, it reads the lock, and if that migration seems
         * interrupted, it reads both again: its run may have ended in between.
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
                RestoreRun.refuseHalfRestored(ledger);
            }
            if (interrupted(entries, Set.of()).isEmpty()) {
                return new JournalView(entries, Set.of());
            }
            Set<String> live = liveRuns(ledger.locks());
            Set<String> suspects = interrupted(entries, live);
            for (int read = 0; read < READS && !suspects.isEmpty(); read++) {
                live = liveRuns(ledger.locks());
                entries = ledger.journal().entries();
                Set<String> before = suspects;
                suspects = interrupted(entries, live);
                if (before.containsAll(suspects)) {
                    break; // running before the lock was read and after it, by a run that does not hold it
                }
            }
            return new JournalView(entries, live);
        }

        /** A restore marks the journal that it is going to replace. The new one is empty until it is filled. */
        private static boolean mayBeHalfRestored(List<Entry> entries) {
            for (Entry entry : entries) {
                if (entry instanceof UnreadableEntry other && other.name().equals(Journal.RESTORE_MARK)) {
                    return true;
                }
            }
            return entries.isEmpty();
        }

        /** Returns the run that holds the lock now. */
        public static Set<String> liveRuns(LockStore locks) {
            return locks.holder()
                    .filter(Holder::live)
                    .map(one -> Set.of(one.run()))
                    .orElse(Set.of());
        }

        /** Returns what is running by a run that is not one of these: names and runs. */
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
}

package migopy.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.Problem;
import migopy.console.Wording;
import migopy.files.MigrationDirectory.Listing;
import migopy.files.MigrationFile;
import migopy.journal.Entry;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Entry.UnreadableEntry;
import migopy.journal.State;

/**
 * The migrations of the files and of the journal, compared.
 *
 * @param migrations in the order in which they run
 * @param problems all problems, those of migrations and those of the directory
 * @param notices what the user should know that is not a problem
 */
public record Overview(List<Situation> migrations, List<Problem> problems, List<String> notices) {

    private static final Comparator<Situation> BY_NUMBER = Comparator.comparing(
                    Situation::number, Comparator.nullsLast(Long::compare))
            .thenComparing(Situation::name);

    public Overview {
        migrations = List.copyOf(migrations);
        problems = List.copyOf(problems);
        notices = List.copyOf(notices);
    }

    /**
     * Compares files and journal.
     *
     * @param checksums of the files, by name
     * @param liveRuns the runs that hold the lock: what they started is running, not interrupted
     * @param alike the checksums of the texts that files are nearly equal to, by the files' names
     */
    public static Overview of(
            Listing listing,
            Map<String, String> checksums,
            List<Entry> entries,
            Set<String> liveRuns,
            boolean outOfOrder,
            Map<String, String> alike) {
        return new Comparison(listing, checksums, entries, liveRuns, alike).overview(outOfOrder);
    }

    /** Returns what was run and no longer has a file, in order. */
    public List<JournalEntry> withoutFile() {
        List<JournalEntry> gone = new ArrayList<>();
        for (Situation one : migrations) {
            if (one.file() == null && one.entry() != null && one.entry().checksum() != null && !one.renamed()) {
                gone.add(one.entry());
            }
        }
        return gone;
    }

    /** Returns the files that {@code execute} would run. */
    public List<MigrationFile> couldRun() {
        List<MigrationFile> files = new ArrayList<>();
        for (Situation one : migrations) {
            if (one.couldRun() && !one.renamed()) {
                files.add(one.file());
            }
        }
        return files;
    }

    private static final class Comparison {
        private final Listing listing;
        private final Map<String, String> checksums;
        private final List<Entry> entries;
        private final Set<String> liveRuns;
        private final Map<String, String> alike;
        private final List<Situation> found = new ArrayList<>();
        private final List<JournalEntry> newer = new ArrayList<>();
        private final Renames renames = new Renames();
        private final List<String> notices;
        private final long highestFile;

        Comparison(
                Listing listing,
                Map<String, String> checksums,
                List<Entry> entries,
                Set<String> liveRuns,
                Map<String, String> alike) {
            this.listing = listing;
            this.checksums = checksums;
            this.entries = entries;
            this.liveRuns = liveRuns;
            this.alike = alike;
            this.notices = new ArrayList<>(listing.notices());
            this.highestFile = listing.files().stream()
                    .mapToLong(MigrationFile::number)
                    .max()
                    .orElse(-1);
        }

        Overview overview(boolean outOfOrder) {
            Map<String, MigrationFile> files = new HashMap<>();
            listing.files().forEach(file -> files.put(file.name(), file));
            for (Entry entry : entries) {
                if (entry instanceof UnreadableEntry unreadable) {
                    addUnreadable(unreadable, files.remove(unreadable.name()));
                } else if (entry instanceof JournalEntry known) {
                    add(known, files.remove(known.name()));
                }
            }
            for (MigrationFile file : files.values()) {
                found.add(new Situation(file.name(), file.number(), MigrationState.PENDING, file, null, null));
            }
            found.sort(BY_NUMBER);
            if (!outOfOrder) {
                markOutOfOrder();
            }
            renames.mark(found, checksums, alike);
            Renames.markLikely(found);
            Duplicates.markAdopted(found);
            noticeNewer();
            List<Problem> problems = new Duplicates(listing, found).problems();
            for (Situation one : found) {
                // a renamed migration has the same problem under both names
                if (one.problem() != null && one.problem().name().equals(one.name())) {
                    problems.add(one.problem());
                }
            }
            return new Overview(found, problems, notices);
        }

        private void addUnreadable(UnreadableEntry entry, MigrationFile file) {
            Problem problem = new Problem(
                    Problem.ProblemKind.UNREADABLE,
                    entry.name(),
                    "The journal document %s cannot be read: %s".formatted(entry.name(), entry.reason()),
                    "Inspect and repair it in the database; Migopy never overwrites it");
            found.add(new Situation(
                    entry.name(), file == null ? null : file.number(), MigrationState.UNREADABLE, file, null, problem));
        }

        private void add(JournalEntry entry, MigrationFile file) {
            boolean applied = entry.state() != State.ROLLED_BACK && entry.state() != State.SKIPPED;
            if (!applied && file == null) {
                return; // neither in the database nor in the folder
            }
            Long number = file != null ? Long.valueOf(file.number()) : entry.number();
            MigrationState state = state(entry);
            if (state == MigrationState.APPLIED && entry.state() == State.ROLLING_BACK) {
                notices.add(Problems.undoneRollback(entry));
            }
            renames.add(
                    entry,
                    file == null ? null : checksums.getOrDefault(file.name(), ""),
                    state == MigrationState.RUNNING || state == MigrationState.ROLLING_BACK);
            found.add(new Situation(entry.name(), number, state, file, entry, problem(entry, state, number, file)));
        }

        private MigrationState state(JournalEntry entry) {
            boolean live = entry.run() != null && liveRuns.contains(entry.run());
            return switch (entry.state()) {
                case APPLIED -> MigrationState.APPLIED;
                case IGNORED -> MigrationState.IGNORED;
                case SKIPPED -> MigrationState.SKIPPED;
                case FAILED -> MigrationState.FAILED;
                case ROLLBACK_FAILED -> MigrationState.ROLLBACK_FAILED;
                case ROLLED_BACK -> MigrationState.PENDING;
                case RUNNING -> live ? MigrationState.RUNNING : MigrationState.INTERRUPTED;
                case ROLLING_BACK ->
                    live
                            ? MigrationState.ROLLING_BACK
                            : entry.rollingBackInTransaction() ? MigrationState.APPLIED : MigrationState.INTERRUPTED;
            };
        }

        private Problem problem(JournalEntry entry, MigrationState state, Long number, MigrationFile file) {
            if (number == null) {
                return new Problem(
                        Problem.ProblemKind.UNKNOWN_ENTRY,
                        entry.name(),
                        "The journal contains %s, which is not a migration name".formatted(entry.name()),
                        "Remove it from the collection, or set the pattern that it matches: --pattern");
            }
            return switch (state) {
                case INTERRUPTED -> interrupted(entry, file);
                case FAILED -> failed(entry, file);
                case ROLLBACK_FAILED -> Problems.rollbackFailed(entry);
                case APPLIED ->
                    entry.unverified()
                            ? Problems.unverified(entry)
                            : file == null ? gone(entry, number) : edited(entry, file);
                case IGNORED, SKIPPED, PENDING, RUNNING, ROLLING_BACK, UNREADABLE -> null;
            };
        }

        private Problem failed(JournalEntry entry, MigrationFile file) {
            if (entry.failedMidway()) {
                return interrupted(entry, file);
            }
            return file == null ? Problems.goneBeforeApplied(entry) : null;
        }

        private Problem interrupted(JournalEntry entry, MigrationFile file) {
            if (!entry.safeToRunAgain()) {
                return Problems.interrupted(entry, file != null);
            }
            if (file == null) {
                return Problems.goneBeforeApplied(entry);
            }
            notices.add(Problems.safelyInterrupted(entry));
            return null;
        }

        private Problem gone(JournalEntry entry, long number) {
            if (entry.bare() || entry.fileGone()) {
                return null;
            }
            if (number > highestFile) {
                newer.add(entry);
                return null;
            }
            return Problems.missing(entry, null);
        }

        /** In one line, since an old image may find thousands of them. */
        private void noticeNewer() {
            found.stream().filter(Situation::renamed).forEach(one -> newer.remove(one.entry()));
            newer.sort(Comparator.comparing(JournalEntry::number));
            if (newer.size() == 1) {
                notices.add("%s is applied and newer than every file here. If its file was deleted, roll it back: %s"
                        .formatted(
                                newer.get(0).name(),
                                Wording.command("rollback", newer.get(0).name(), "--stored")));
            } else if (newer.size() > 1) {
                notices.add("%d migrations are applied and newer than every file here: %s to %s"
                        .formatted(
                                newer.size(),
                                newer.get(0).name(),
                                newer.get(newer.size() - 1).name()));
            }
        }

        private Problem edited(JournalEntry entry, MigrationFile file) {
            String now = checksums.get(file.name());
            boolean same =
                    entry.bare() || entry.checksum() == null || entry.checksum().equals(now);
            return same ? null : Problems.edited(entry);
        }

        private void markOutOfOrder() {
            Situation highest = null;
            for (Situation one : found) {
                boolean done = one.state() == MigrationState.APPLIED || one.state() == MigrationState.IGNORED;
                if (done && one.number() != null) {
                    highest = one;
                }
            }
            if (highest == null) {
                return;
            }
            for (int i = 0; i < found.size(); i++) {
                Situation one = found.get(i);
                if (one.pending() && one.number() < highest.number()) {
                    found.set(i, one.with(Problems.outOfOrder(one.name(), highest)));
                }
            }
        }
    }

    /**
     * Finds files with the text of a migration that the journal has under another name, so that a migration
     * is not run again because its file was renamed.
     */
    static final class Renames {
        /** The entries whose text is no longer in their own file, by checksum. */
        private final Map<String, JournalEntry> moved = new HashMap<>();

        /** The entries that a repair has moved from another name, by that name. */
        private final Map<String, JournalEntry> targets = new HashMap<>();

        /**
         * Adds an entry.
         *
         * @param own the checksum of its file, or null without a file
         * @param live whether a run is executing it
         */
        void add(JournalEntry entry, String own, boolean live) {
            if (entry.renamedFrom() != null) {
                targets.put(entry.renamedFrom(), entry);
            }
            if (entry.checksum() != null && !entry.checksum().equals(own) && !live) {
                boolean failed = entry.state() == State.FAILED && !entry.failedMidway();
                // A failed migration is run again, so editing it is not a rename.
                boolean never = entry.state() == State.ROLLED_BACK || entry.state() == State.SKIPPED;
                if (!never && !(failed && own != null)) {
                    moved.put(entry.checksum(), entry);
                }
            }
        }

        /** Names, for each migration whose file is gone, a pending file that may be it. */
        static void markLikely(List<Situation> migrations) {
            for (int i = 0; i < migrations.size(); i++) {
                Situation gone = migrations.get(i);
                for (Situation one : gone.isGone() ? migrations : List.<Situation>of()) {
                    if (one.pending() && one.entry() == null && !one.renamed() && one.resembles(gone)) {
                        migrations.set(i, gone.with(Problems.missing(gone.entry(), one.name())));
                        break;
                    }
                }
            }
        }

        /** Adds the problem of each renamed migration, under both names. */
        void mark(List<Situation> migrations, Map<String, String> checksums, Map<String, String> alike) {
            if (moved.isEmpty()) {
                return;
            }
            Map<String, Problem> oldNames = new HashMap<>();
            for (int i = 0; i < migrations.size(); i++) {
                Situation one = migrations.get(i);
                JournalEntry same = one.couldRun() ? moved.get(checksums.get(one.name())) : null;
                JournalEntry known = same == null && one.couldRun() ? moved.get(alike.get(one.name())) : same;
                if (known != null && !known.name().equals(one.name())) {
                    Problem problem = Problems.renamed(one.name(), known, same != null);
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
}

package migopy.adopt;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import migopy.MigopyException;
import migopy.Problem;
import migopy.Problem.ProblemKind;
import migopy.adopt.AdoptionPlan.PlannedEntry;
import migopy.adopt.Adoptions.AdoptionRequest;
import migopy.adopt.PeerMigration.PeerState;
import migopy.console.Wording;
import migopy.files.MigrationFile;
import migopy.journal.Entry;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.State;
import migopy.plan.MigrationState;
import migopy.plan.NameResolver;
import migopy.plan.Situation;

/** Plans an adoption from the other tool's journal, Migopy's journal and the files. It changes nothing. */
final class AdoptionPlanner {
    private final PeerJournal journal;
    private final AdoptionRequest request;
    private final List<MigrationFile> files;
    private final Map<String, Entry> byName = new HashMap<>();
    private final Map<String, JournalEntry> byId = new HashMap<>();
    private final Map<String, String> reasons = new HashMap<>();
    private final Set<String> leftAlone = new HashSet<>();
    private final List<PlannedEntry> rows = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> notices;
    private int known;

    private AdoptionPlanner(
            PeerJournal journal, List<Entry> entries, List<MigrationFile> files, AdoptionRequest request) {
        this.journal = journal;
        this.request = request;
        this.files = files;
        this.notices = new ArrayList<>(journal.notices());
        for (Entry entry : entries) {
            byName.put(entry.name(), entry);
            if (entry instanceof JournalEntry one && isFromHere(one)) {
                byId.put(one.adopted().id(), one);
            }
        }
    }

    private boolean isFromHere(JournalEntry entry) {
        return entry.adopted() != null
                && journal.peer().word().equals(entry.adopted().from())
                && journal.collection().equals(entry.adopted().collection());
    }

    /**
     * Plans.
     *
     * @param entries Migopy's journal
     * @param files those of the migrations' directory
     * @throws MigopyException usage, if {@code --as} names a migration that is not in doubt
     */
    static AdoptionPlan plan(
            PeerJournal journal, List<Entry> entries, List<MigrationFile> files, AdoptionRequest request) {
        return new AdoptionPlanner(journal, entries, files, request).plan();
    }

    /** Returns the migrations of the other tool that are applied or in doubt there and unknown here. */
    static List<PeerMigration> newer(PeerJournal journal, List<Entry> entries) {
        AdoptionPlanner planner = new AdoptionPlanner(
                journal, entries, List.of(), new AdoptionRequest(null, null, false, List.of(), List.of()));
        return planner.distinctlyNamed().stream()
                .filter(one -> one.state() != PeerState.NOT_APPLIED)
                .filter(one -> !planner.byId.containsKey(one.id()) && !planner.byName.containsKey(one.name()))
                .toList();
    }

    private AdoptionPlan plan() {
        journal.lockHolder().ifPresent(this::refuseHeldLock);
        List<PeerMigration> migrations = decided(distinctlyNamed());
        Map<PeerMigration, Long> numbers = new PeerNumbers(migrations).all();
        Matching matching = new Matching(files);
        for (PeerMigration one : migrations) {
            add(one, numbers.get(one), matching.of(one));
        }
        if (journal.peer().hasVersionOnly()) {
            addFilesUpTo(migrations);
        }
        Long highest = highest();
        noticeOutOfOrder(highest);
        Long highestFile = files.isEmpty()
                ? null
                : Long.valueOf(files.get(files.size() - 1).number());
        rows.sort(Comparator.comparingLong(PlannedEntry::number).thenComparing(PlannedEntry::name));
        Instant newest = journal.migrations().stream()
                .filter(one -> one.applied() && one.appliedAt() != null)
                .map(PeerMigration::appliedAt)
                .max(Comparator.naturalOrder())
                .orElse(null);
        return new AdoptionPlan(
                journal.peer(),
                journal.collection(),
                journal.migrations().stream().filter(PeerMigration::applied).count(),
                newest,
                journal.peer().lock() == null ? null : journal.peer().lock().collection(),
                rows,
                known,
                problems,
                notices,
                highest,
                highestFile);
    }

    private void refuseHeldLock(String holder) {
        String lock = journal.peer().lock().collection();
        problems.add(problem(
                lock,
                "%s is running: its lock in %s is held%s"
                        .formatted(journal.peer().title(), lock, holder),
                "Wait until that run has ended. If it has crashed, remove its lock, then run the command again"));
    }

    /** Names of which only the ending or the author differs are replaced by the whole identifiers. */
    private List<PeerMigration> distinctlyNamed() {
        Map<String, Integer> count = new HashMap<>();
        journal.migrations().forEach(one -> count.merge(one.name(), 1, Integer::sum));
        return journal.migrations().stream()
                .map(one -> count.get(one.name()) > 1 ? one.named(one.id()) : one)
                .toList();
    }

    /** Applies the decisions of {@code --as}. */
    private List<PeerMigration> decided(List<PeerMigration> migrations) {
        Map<String, PeerMigration> decided = new HashMap<>();
        List<Situation> names = migrations.stream()
                .map(one -> new Situation(one.name(), one.number(), MigrationState.PENDING, null, null, null))
                .toList();
        Map<String, PeerMigration> all = new HashMap<>();
        migrations.forEach(one -> all.put(one.name(), one));
        for (String typed : request.asApplied()) {
            PeerMigration one = all.get(NameResolver.resolve(typed, names).name());
            if (!one.inDoubt()) {
                throw notInDoubt(one);
            }
            decided.put(one.name(), one.as(PeerState.APPLIED, one.doubt()));
            reasons.put(one.id(), "--as applied: " + one.doubt());
        }
        for (String typed : request.asPending()) {
            PeerMigration one = all.get(NameResolver.resolve(typed, names).name());
            boolean conflict = byName.containsKey(one.name()) && !byId.containsKey(one.id());
            if (!one.inDoubt() && !conflict) {
                throw notInDoubt(one);
            }
            if (conflict) {
                leftAlone.add(one.id());
            }
            decided.put(one.name(), one.as(PeerState.NOT_APPLIED, one.doubt()));
            reasons.put(one.id(), "--as pending: " + one.doubt());
        }
        return migrations.stream()
                .map(one -> decided.getOrDefault(one.name(), one))
                .toList();
    }

    private MigopyException notInDoubt(PeerMigration one) {
        return MigopyException.usage(
                "%s is not in doubt: %s has %s"
                        .formatted(
                                one.name(),
                                journal.peer().title(),
                                one.applied() ? "applied it" : "undone it or never applied it"),
                "Name only migrations that are in doubt");
    }

    private void add(PeerMigration one, Long number, MigrationFile file) {
        JournalEntry earlier = byId.get(one.id());
        if (earlier != null) {
            addKnown(one, earlier, file);
            return;
        }
        boolean decided = reasons.containsKey(one.id());
        if (leftAlone.contains(one.id()) || one.state() == PeerState.NOT_APPLIED && !decided) {
            return;
        }
        if (one.inDoubt()) {
            problems.add(problem(
                    one.name(),
                    "%s is in doubt: %s".formatted(one.name(), one.doubt()),
                    "Settle it with %s, or decide here: %s, or: %s"
                            .formatted(
                                    journal.peer().title(),
                                    request.command("--as", "applied", one.name()),
                                    request.command("--as", "pending", one.name()))));
            return;
        }
        MigrationFile with = request.files() ? file : null;
        String name = with == null ? one.name() : with.name();
        Entry same = byName.get(name);
        if (same != null) {
            addSameName(one, same);
            return;
        }
        if (file != null && with == null) {
            noteFile(one, file);
        }
        rows.add(new PlannedEntry(
                one.id(),
                name,
                with == null ? number : with.number(),
                one.applied() ? State.APPLIED : State.ROLLED_BACK,
                one.appliedAt(),
                one.hash(),
                with,
                reasons.get(one.id())));
    }

    private void addKnown(PeerMigration one, JournalEntry earlier, MigrationFile file) {
        known++;
        if (one.state() == PeerState.NOT_APPLIED && earlier.state() == State.APPLIED && earlier.withoutSource()) {
            notices.add("%s is applied here, but no longer in %s. If it was undone: %s"
                    .formatted(
                            earlier.name(),
                            journal.collection(),
                            Wording.command("repair", earlier.name(), "--as", "pending", "--reason", "...")));
        }
        if (file != null && earlier.withoutSource() && !byName.containsKey(file.name())) {
            notices.add("%s was adopted without its file. To record %s as its file: %s"
                    .formatted(
                            earlier.name(),
                            file.fileName(),
                            Wording.command("repair", file.name(), "--renamed-from", earlier.name())));
        }
    }

    /** The journal has an entry of that name that was not adopted from there. */
    private void addSameName(PeerMigration one, Entry same) {
        State state = same instanceof JournalEntry entry ? entry.state() : null;
        if (state == State.APPLIED || state == State.IGNORED) {
            known++; // both agree that it is not to be run
            return;
        }
        problems.add(problem(
                same.name(),
                "%s has applied %s, but the journal here has an entry of that name that is %s"
                        .formatted(
                                journal.peer().title(),
                                same.name(),
                                state == null ? "unreadable" : state.word().replace('_', ' ')),
                "Settle that entry first, or leave this one out: " + request.command("--as", "pending", one.name())));
    }

    /** Without {@code --files}, a file of nearly the same name would be run. */
    private void noteFile(PeerMigration one, MigrationFile file) {
        if (file.name().equals(one.name())) {
            notices.add(
                    "%s has a file here. To register its text: %s".formatted(one.name(), request.command("--files")));
            return;
        }
        problems.add(problem(
                one.name(),
                "%s is applied, but %s seems to be its file and would be run".formatted(one.name(), file.fileName()),
                "Rename the file, or register it: " + request.command("--files")));
    }

    private void addFilesUpTo(List<PeerMigration> migrations) {
        for (PeerMigration reached : migrations) {
            if (reached.number() == null || reached.inDoubt()) {
                continue;
            }
            long last = reached.applied() ? reached.number() : reached.number() - 1;
            List<MigrationFile> upTo = files.stream()
                    .filter(file -> file.number() <= last && !byName.containsKey(file.name()))
                    .toList();
            if (request.files()) {
                rows.removeIf(row -> upTo.stream().anyMatch(file -> row.id().equals(Long.toString(file.number()))));
                upTo.forEach(file -> rows.add(new PlannedEntry(
                        Long.toString(file.number()),
                        file.name(),
                        file.number(),
                        State.APPLIED,
                        null,
                        null,
                        file,
                        null)));
            } else if (!upTo.isEmpty()) {
                problems.add(problem(
                        upTo.get(0).name(),
                        "%s is numbered up to %d, the version of %s, but would be run"
                                .formatted(
                                        Wording.some(upTo.stream()
                                                .map(MigrationFile::name)
                                                .toList()),
                                        last,
                                        journal.peer().title()),
                        "Register the files up to that version: " + request.command("--files")));
            }
        }
    }

    private Long highest() {
        Long highest = null;
        for (Entry entry : byName.values()) {
            if (entry instanceof JournalEntry one
                    && one.number() != null
                    && (one.state() == State.APPLIED || one.state() == State.IGNORED)) {
                highest = highest == null ? one.number() : Long.valueOf(Math.max(highest, one.number()));
            }
        }
        for (PlannedEntry row : rows) {
            if (row.state() == State.APPLIED) {
                highest = highest == null ? Long.valueOf(row.number()) : Long.valueOf(Math.max(highest, row.number()));
            }
        }
        return highest;
    }

    private void noticeOutOfOrder(Long highest) {
        Set<String> registered = new HashSet<>();
        rows.forEach(row -> registered.add(row.name()));
        List<String> below = files.stream()
                .filter(file -> highest != null && file.number() <= highest)
                .map(MigrationFile::name)
                .filter(name -> !registered.contains(name) && !byName.containsKey(name))
                .toList();
        if (!below.isEmpty() && problems.isEmpty()) {
            notices.add("Pending here, but not numbered above %d, the highest applied number: %s"
                    .formatted(highest, Wording.some(below)));
        }
    }

    private static Problem problem(String name, String message, String hint) {
        return new Problem(ProblemKind.NOT_ADOPTABLE, name, message, hint);
    }

    /** The files here, by names of which only letters and digits count. */
    private static final class Matching {
        private final Map<String, List<MigrationFile>> byText = new HashMap<>();
        private final Map<Long, List<MigrationFile>> byNumber = new HashMap<>();

        Matching(List<MigrationFile> files) {
            for (MigrationFile file : files) {
                byText.computeIfAbsent(plain(file.name()), key -> new ArrayList<>())
                        .add(file);
                byNumber.computeIfAbsent(file.number(), key -> new ArrayList<>())
                        .add(file);
            }
        }

        /** Returns the only file of a migration's name, or of its number if its name is a number alone; else null. */
        MigrationFile of(PeerMigration one) {
            List<MigrationFile> same = byText.getOrDefault(plain(one.name()), List.of());
            if (same.isEmpty() && one.number() != null && PeerMigration.numberOf(one.name()) != null) {
                same = byNumber.getOrDefault(one.number(), List.of());
            }
            return same.size() == 1 ? same.get(0) : null;
        }

        private static String plain(String name) {
            return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
        }
    }
}

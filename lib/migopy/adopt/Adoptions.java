package migopy.adopt;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import migopy.MigopyException;
import migopy.adopt.AdoptionPlan.PlannedEntry;
import migopy.adopt.PeerJournal.Place;
import migopy.console.Wording;
import migopy.files.MigrationDirectory;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.journal.Attempt;
import migopy.journal.Entry;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Writes.AcceptedText;
import migopy.journal.Writes.Adopted;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.plan.Plan;
import migopy.run.Ledger;
import migopy.run.LockedRun;
import migopy.run.RunContext;
import migopy.run.Survey.JournalView;
import migopy.settings.Settings;

/** Registers the migrations that another tool has applied. The other tool's collections are only read. */
public final class Adoptions {
    /** The registrations in one call, each with a source of at most 1 MB. */
    private static final int BATCH = 20;

    private Adoptions() {}

    /**
     * What was registered.
     *
     * @param run the run's id; null for a preview
     * @param plan what was to be registered
     * @param registered how many of its rows are registered
     * @param error why not all of them are; else null
     */
    public record AdoptionResult(String run, AdoptionPlan plan, int registered, MigopyException error) {}

    /**
     * Returns what would be registered, and writes nothing.
     *
     * @throws MigopyException usage, if the other tool's journal is not found; refused, if it is in Migopy's own
     *     collection; unreachable, if the server does not respond or a right is missing
     */
    public static AdoptionResult preview(Settings settings, Connection connection, AdoptionRequest request) {
        List<MigrationFile> files = files(settings);
        Ledger ledger = Ledger.open(settings, connection);
        try {
            MongoDatabase database = connection.journalDatabase();
            Place place = place(settings, database, request);
            List<Entry> entries = JournalView.read(ledger, connection).entries();
            return new AdoptionResult(null, plan(settings, database, place, entries, files, request), 0, null);
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Reading the journal of another tool in %s".formatted(settings.database()));
        }
    }

    /**
     * Registers under the lock: all migrations or, if one of them is refused, none.
     *
     * @throws MigopyException as for {@link #preview}; locked, while another run holds the lock; of a signal's kind, if
     *     one arrived before anything was written
     */
    public static AdoptionResult apply(RunContext context, AdoptionRequest request) {
        Settings settings = context.settings();
        List<MigrationFile> files = files(settings);
        String what = "Registering in %s.%s".formatted(settings.database(), settings.migrationsCollection());
        return context.guarded(what, ledger -> {
            MongoDatabase database = context.connection().journalDatabase();
            Place place = place(settings, database, request);
            try (LockedRun locked = LockedRun.open(context, ledger, Duration.ZERO)) {
                AdoptionPlan plan = plan(settings, database, place, locked.journalAlone(), files, request);
                return plan.problems().isEmpty()
                        ? register(locked, plan)
                        : new AdoptionResult(locked.runId(), plan, 0, Plan.refusal(plan.problems()));
            }
        });
    }

    private static List<MigrationFile> files(Settings settings) {
        return new MigrationDirectory(settings.migrationsDirectory(), settings.migrationsFilePattern())
                .scan()
                .files();
    }

    private static Place place(Settings settings, MongoDatabase database, AdoptionRequest request) {
        String own = settings.migrationsCollection();
        Place place = PeerJournal.find(database, own, request.from(), request.collection());
        if (place.collection().equals(own) && place.peer() != Peer.PYTHON_MIGOPY) {
            throw MigopyException.refused(
                    "%s is the journal of %s, and also the setting migrationsCollection of this project"
                            .formatted(own, place.peer().title()),
                    "Set migrationsCollection in migopy.java to another name, for example \"migopy_migrations\","
                            + " then run the command again");
        }
        return place;
    }

    private static AdoptionPlan plan(
            Settings settings,
            MongoDatabase database,
            Place place,
            List<Entry> entries,
            List<MigrationFile> files,
            AdoptionRequest request) {
        PeerJournal journal = PeerJournal.read(database, settings.migrationsCollection(), place);
        return AdoptionPlanner.plan(journal, entries, files, request);
    }

    /**
     * Writes in batches, the highest number first. If this ends early, {@code execute} refuses the rest as out of order
     * instead of running it.
     */
    private static AdoptionResult register(LockedRun locked, AdoptionPlan plan) {
        List<Adopted> writes = plan.rows().stream()
                .sorted(Comparator.comparingLong(PlannedEntry::number).reversed())
                .map(row -> adopted(locked, plan, row))
                .toList();
        int registered = 0;
        locked.shutdown().inStep(true); // a signal is handled between two batches
        try {
            while (registered < writes.size()) {
                if (locked.shutdown().stopped().isPresent()) {
                    return new AdoptionResult(
                            locked.runId(), plan, registered, stopped(locked, registered, writes.size()));
                }
                int next = Math.min(registered + BATCH, writes.size());
                locked.lease().ensureHeld();
                locked.ledger().journal().register(writes.subList(registered, next));
                registered = next;
            }
        } finally {
            locked.shutdown().inStep(false);
        }
        return new AdoptionResult(locked.runId(), plan, registered, null);
    }

    private static MigopyException stopped(LockedRun locked, int registered, int all) {
        return registered == 0
                ? locked.shutdown().endedEarly(null)
                : new MigopyException(
                        locked.context().kindAfter(MigopyException.Kind.FAILED),
                        "Stopped after %d of %d migrations".formatted(registered, all),
                        "To register the rest, run the command again",
                        null);
    }

    private static Adopted adopted(LockedRun locked, AdoptionPlan plan, PlannedEntry row) {
        Attempt attempt = locked.decision("adopt", row.state().word(), row.reason());
        AcceptedText text = null;
        if (row.file() != null) {
            MigrationSource source = MigrationSource.read(row.file());
            text = new AcceptedText(source.text(), source.checksum());
        }
        return new Adopted(
                row.name(),
                row.file() == null ? row.name() : row.file().fileName(),
                row.number(),
                row.state(),
                row.appliedAt(),
                plan.origin(row),
                row.hash(),
                text,
                locked.lease().token(),
                attempt);
    }

    /**
     * Returns what the tools whose migrations the journal has have applied since the adoption.
     *
     * @param entries Migopy's journal
     */
    public static List<String> notices(MongoDatabase database, String own, List<Entry> entries) {
        Set<Place> places = new LinkedHashSet<>();
        for (Entry entry : entries) {
            if (entry instanceof JournalEntry one && one.adopted() != null) {
                Peer peer = one.adopted().from() == null
                        ? null
                        : Peer.of(one.adopted().from());
                if (peer != null && one.adopted().collection() != null) {
                    places.add(new Place(peer, one.adopted().collection()));
                }
            }
        }
        List<String> notices = new ArrayList<>();
        for (Place place : places) {
            try {
                addNewer(PeerJournal.read(database, own, place), entries, place, notices);
            } catch (MongoException e) {
                if (!MongoErrors.missingRight(e)) {
                    throw e;
                }
                notices.add("Whether %s has run since its journal was adopted is unknown: not authorized to read %s"
                        .formatted(place.peer().title(), place.collection()));
            }
        }
        return notices;
    }

    private static void addNewer(PeerJournal journal, List<Entry> entries, Place place, List<String> notices) {
        List<String> newer = AdoptionPlanner.newer(journal, entries).stream()
                .map(PeerMigration::name)
                .toList();
        if (!newer.isEmpty()) {
            notices.add("%s has run since its journal was adopted: %s. To register what is new: {migopy} adopt %s"
                    .formatted(place.peer().title(), Wording.some(newer), place.options()));
        }
    }

    /**
     * What to adopt, and how.
     *
     * @param from the tool, as {@link Peer#word}; null to recognize it
     * @param collection the tool's journal; null for its default collection
     * @param files whether to register migrations that have a file here with its text
     * @param asApplied those in doubt that are applied, as they were typed
     * @param asPending those in doubt that are not
     */
    public record AdoptionRequest(
            String from, String collection, boolean files, List<String> asApplied, List<String> asPending) {
        public AdoptionRequest {
            asApplied = List.copyOf(asApplied);
            asPending = List.copyOf(asPending);
        }

        /** Returns the command of a hint that repeats this request, with more arguments. */
        String command(String... more) {
            List<String> words = new ArrayList<>(List.of("adopt"));
            option(words, "--from", from);
            option(words, "--collection", collection);
            if (files) {
                words.add("--files");
            }
            asApplied.forEach(name -> option(words, "--as", "applied", name));
            asPending.forEach(name -> option(words, "--as", "pending", name));
            words.addAll(List.of(more));
            return Wording.command(words.toArray(String[]::new));
        }

        private static void option(List<String> words, String option, String... values) {
            if (values[0] != null) {
                words.add(option);
                words.addAll(List.of(values));
            }
        }
    }
}

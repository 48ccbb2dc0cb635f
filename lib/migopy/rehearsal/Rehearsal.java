package migopy.rehearsal;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOptions;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import migopy.MigopyException;
import migopy.Problem.ProblemKind;
import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;
import migopy.console.Console;
import migopy.console.Event;
import migopy.console.Terminal;
import migopy.console.Wording;
import migopy.dump.CollectionCopy;
import migopy.dump.CollectionCopy.Copied;
import migopy.dump.FieldMask;
import migopy.mongo.Connection;
import migopy.observe.CallLog;
import migopy.observe.CallLog.ObservedCalls;
import migopy.plan.Request;
import migopy.plan.Request.ExecuteRequest;
import migopy.plan.Request.RollbackRequest;
import migopy.rehearsal.PreImages.Changes;
import migopy.rehearsal.RehearsedMigration.Estimate;
import migopy.rehearsal.RehearsedMigration.ShownSteps;
import migopy.rehearsal.RehearsedMigration.Undo;
import migopy.rehearsal.RehearsedMigration.Verdict;
import migopy.rehearsal.RehearsedMigration.VerifyCheck;
import migopy.run.Ledger;
import migopy.run.RunContext;
import migopy.run.Runner;
import migopy.run.Runner.PlannedNames;
import migopy.run.Runner.RunOptions;
import migopy.run.Runner.RunResult;
import migopy.settings.Settings;
import org.bson.Document;

/** Runs migrations on a scratch database, compares it before and after, and undoes them. */
public final class Rehearsal {
    private final RehearsalSource from;
    private final RunContext source;
    private final Settings settings;
    private final RehearsalOptions options;
    private final Map<String, PreImages> preImages = new HashMap<>();
    private final List<RehearsedMigration> rehearsed = new ArrayList<>();
    private List<Copied> copied = List.of();
    private final ShownSteps steps;
    private volatile PreImages current;
    private CallLog log;
    private RunContext scratch;

    /**
     * The database that is copied.
     *
     * @param database its documents are read from
     * @param described what it is called in the answer
     * @param mask what is applied to its documents; nothing if they are masked already
     */
    public record RehearsalSource(RunContext context, MongoDatabase database, String described, FieldMask mask) {}

    /**
     * The options of a rehearsal.
     *
     * @param sample how many documents to copy of each collection at most
     * @param masked the fields that were masked, here or before
     * @param down whether to call {@code down()}
     * @param twice whether to call every {@code up()} twice, not only where it is {@code @Resumable}
     * @param keep whether the scratch database stays
     * @param mostBytes how many bytes of documents may be copied; null on another server, where none are counted
     * @param plainValues whether messages of errors may contain values of documents
     * @param timeout how long one migration may take, or null
     */
    public record RehearsalOptions(
            long sample,
            List<String> masked,
            boolean down,
            boolean twice,
            boolean keep,
            Long mostBytes,
            boolean plainValues,
            Duration timeout) {}

    /**
     * @param from the database that is copied
     * @param settings those of the scratch database
     */
    public Rehearsal(RehearsalSource from, Settings settings, RehearsalOptions options) {
        this.from = from;
        this.source = from.context();
        this.settings = settings;
        this.options = options;
        this.steps = new ShownSteps(options.plainValues());
    }

    /**
     * Rehearses.
     *
     * @throws MigopyException refused, if the scratch database is not one; unreachable, if its server does not respond; a
     *     signal's kind, if there was one: the scratch database is dropped
     */
    public RehearsalAnswer run(PlannedNames planned) {
        Instant startedAt = Instant.now();
        log = new CallLog(settings.database(), this::beforeWrite);
        Consumer<Event> events = source.console()::event;
        refuseLarge(planned.touched(), events);
        try (Connection connection = Connection.open(settings, source.runId(), log)) {
            ScratchDatabase database =
                    ScratchDatabase.create(connection, settings.database(), source.runId(), options.keep());
            return database.use("The rehearsal", events, () -> {
                scratch = context(connection);
                copied = copied(planned, database, events);
                rehearse(planned.names(), database.database());
                return new RehearsalAnswer(
                        from.described(),
                        connection.describe(),
                        startedAt,
                        copied.stream().filter(one -> !isOwn(one.collection())).toList(),
                        options.masked(),
                        rehearsed,
                        planned.names().size() - rehearsed.size(),
                        options.keep());
            });
        }
    }

    /** Of a copy on the same server, whose disk and cache it shares with the application. */
    private void refuseLarge(Set<String> touched, Consumer<Event> events) {
        if (options.mostBytes() == null) {
            return;
        }
        long bytes = CollectionCopy.bytes(from.database(), name -> isWanted(name, touched), options.sample());
        String size = Wording.size(bytes);
        if (bytes > options.mostBytes()) {
            throw MigopyException.refused(
                    "The copy would write %s to %s, the server of the original"
                            .formatted(size, source.connection().server()),
                    "Use a smaller --sample, or another server with --on URI, or add --yes");
        }
        if (options.sample() == Long.MAX_VALUE) {
            events.accept(new Event.Notice("The copy writes %s to %s, and as much again of what the migrations change"
                    .formatted(size, source.connection().server())));
        }
    }

    private void beforeWrite(String collection) {
        if (current != null) {
            current.keep(collection);
        }
    }

    /** Copies. Where that is a sample, all migrations are called once, to see by which filters they choose documents. */
    private List<Copied> copied(PlannedNames planned, ScratchDatabase database, Consumer<Event> events) {
        boolean here = options.mostBytes() != null
                && from.database().getReadPreference().equals(ReadPreference.primary());
        CollectionCopy copy = new CollectionCopy(
                source.shutdown()::throwIfStopped, events, from.mask(), this::isOwn, here ? source.connection() : null);
        List<Copied> copied = copied(copy, planned.touched(), database);
        if (copied.stream().noneMatch(Copied::isSample)) {
            return copied;
        }
        List<ObservedCalls> calls = new ArrayList<>();
        for (String name : planned.names()) {
            log.restart();
            Outcome outcome = call(name).outcome();
            calls.addAll(log.calls());
            if (outcome != Outcome.APPLIED && outcome != Outcome.SKIPPED) {
                break;
            }
        }
        database.clear();
        return new Aim(copy, from.database(), database.database(), options.sample(), events)
                .add(copied(copy, planned.touched(), database), calls);
    }

    private List<Copied> copied(CollectionCopy copy, Set<String> touched, ScratchDatabase database) {
        return copy.copy(from.database(), database.database(), name -> isWanted(name, touched), options.sample());
    }

    /** Migopy's own collections come along: the scratch database has the same journal. */
    private boolean isOwn(String collection) {
        return collection.equals(settings.migrationsCollection());
    }

    private boolean isWanted(String collection, Set<String> touched) {
        boolean lock = Set.of(Ledger.lockCollection(settings), Ledger.fixesCollection(settings))
                .contains(collection);
        return !lock
                && !collection.startsWith(ScratchDatabase.MARK)
                && (touched.isEmpty() || touched.contains(collection) || isOwn(collection));
    }

    /** The scratch run prints nothing, and calls no hooks: they may do anything outside of the database. */
    private RunContext context(Connection connection) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        Console silent = new Console(
                nowhere,
                nowhere,
                Console.Format.JSON,
                Terminal.none(),
                "migopy",
                source.settings().redactor()::redact);
        return new RunContext(
                settings, connection, source.runId(), silent, new NoHooks(), source.shutdown(), source.verbose());
    }

    private void rehearse(List<String> names, MongoDatabase database) {
        boolean undo = options.down();
        for (String name : names) {
            source.shutdown().throwIfStopped();
            RehearsedMigration one = up(name, database);
            rehearsed.add(one);
            if (one.up().outcome() != Outcome.APPLIED && one.up().outcome() != Outcome.SKIPPED) {
                undo &= preImages.get(name).restore(one.changes());
                break; // what follows may build on it
            }
            if (one.verify() != null && one.verify().error() != null) {
                break; // execute ends here, too
            }
        }
        for (int i = rehearsed.size() - 1; undo && i >= 0; i--) {
            source.shutdown().throwIfStopped();
            RehearsedMigration one = rehearsed.get(i);
            if (one.up().outcome() == Outcome.APPLIED) {
                Undo down = down(one.name());
                rehearsed.set(i, one.with(down));
                // Without its undoing, those before it would be compared with a state that they did not leave.
                Changes left = down.verdict() == Verdict.NO_DOWN ? one.changes() : down.changes();
                undo = preImages.get(one.name()).restore(left);
                preImages.get(one.name()).drop();
                journal(database).deleteOne(Filters.eq("_id", one.name())); // a failed one blocks those before it
            }
        }
    }

    private PreImages begin(String name, String suffix, MongoDatabase database) {
        Set<String> own = Set.of(
                settings.migrationsCollection(), Ledger.lockCollection(settings), Ledger.fixesCollection(settings));
        current = new PreImages(database, ScratchDatabase.MARK + "." + rehearsed.size() + suffix + ".", own);
        log.restart();
        return current;
    }

    private RehearsedMigration up(String name, MongoDatabase database) {
        PreImages before = begin(name, "", database);
        preImages.put(name, before);
        StepReport report = own(call(name), before.keptMs());
        List<ObservedCalls> calls = log.calls();
        Changes changes = before.changes();
        Document entry = entry(name, database);
        VerifyCheck verify = null;
        if (report.outcome() == Outcome.UNVERIFIED) {
            verify = new VerifyCheck(report.error());
            report = new StepReport(name, report.direction(), Outcome.APPLIED, report.durationMs(), null);
        } else if (report.outcome() == Outcome.APPLIED && entry.containsKey("verified")) {
            verify = new VerifyCheck(null);
        }
        Undo again = null;
        boolean twice = options.twice() || entry.getBoolean("resumable", false);
        if (report.outcome() == Outcome.APPLIED && (verify == null || verify.error() == null) && twice) {
            again = again(name, database);
        }
        String text = Objects.requireNonNullElse(entry.getString("source"), "");
        List<Estimate> estimates = new SourceEstimator(from.database(), database, copied).of(calls);
        return new RehearsedMigration(name, text, report, calls, changes, verify, null, again, estimates, List.of());
    }

    private MongoCollection<Document> journal(MongoDatabase database) {
        return database.getCollection(settings.migrationsCollection());
    }

    /** Returns its record; an empty one if it was not started. */
    private Document entry(String name, MongoDatabase database) {
        Document entry = journal(database)
                .find(Filters.eq("_id", name))
                .projection(Projections.include("source", "resumable", "verified"))
                .first();
        return entry == null ? new Document() : entry;
    }

    private Undo again(String name, MongoDatabase database) {
        PreImages before = begin(name, "again", database);
        Document entry = journal(database).findOneAndDelete(Filters.eq("_id", name));
        Undo again = Undo.of(own(call(name), before.keptMs()), before.changes());
        before.restore(again.changes()); // down() undoes one up()
        before.drop();
        journal(database).replaceOne(Filters.eq("_id", name), entry, new ReplaceOptions().upsert(true));
        current = preImages.get(name);
        return again;
    }

    private Undo down(String name) {
        current = preImages.get(name);
        long keptMs = current.keptMs();
        RunResult result = result(new RollbackRequest(List.of(name), null, null, null, false));
        if (result.problems().stream().anyMatch(one -> one.kind() == ProblemKind.NO_DOWN)) {
            return Undo.NONE;
        }
        if (result.steps().isEmpty()) {
            throw notRehearsed(name, result.error());
        }
        return Undo.of(own(steps.of(result), current.keptMs() - keptMs), current.changesAfterUndo());
    }

    /** Returns the same without the time of the copies for comparisons, which were made meanwhile. */
    private static StepReport own(StepReport report, long copiesMs) {
        Long ms = report.durationMs() == null ? null : Long.valueOf(Math.max(0, report.durationMs() - copiesMs));
        return new StepReport(report.name(), report.direction(), report.outcome(), ms, report.error(), report.reason());
    }

    private StepReport call(String name) {
        RunResult result = result(new ExecuteRequest(List.of(name), null, null, true, false));
        if (!result.steps().isEmpty()) {
            return steps.of(result);
        }
        MigopyException error = result.error();
        if (error != null && result.problems().isEmpty() && error.kind() == MigopyException.Kind.REFUSED) {
            StepError refused =
                    new StepError(StepError.NOT_STARTED, error.getMessage(), List.of(), error.causes(), null);
            return steps.of(new StepReport(name, Direction.UP, Outcome.FAILED, null, refused)); // by its before()
        }
        throw notRehearsed(name, error);
    }

    private static MigopyException notRehearsed(String name, MigopyException error) {
        return MigopyException.refused(
                "%s cannot be rehearsed: %s".formatted(name, error == null ? "it was not run" : error.getMessage()),
                error == null ? "Run the rehearsal again" : error.hint());
    }

    private RunResult result(Request request) {
        RunResult result =
                new Runner(scratch).run(request, new RunOptions(false, Duration.ZERO, options.timeout(), false, false));
        source.shutdown().throwIfStopped();
        return result;
    }

    /** Hooks that do nothing. */
    private static final class NoHooks implements RunContext.Hooks {
        @Override
        public void beforeRun() {}

        @Override
        public void afterRun(RunResult result, long durationMs) {}

        @Override
        public void beforeMigration(String name) {}

        @Override
        public void afterMigration(StepReport step) {}

        @Override
        public String dump(Set<String> collections) {
            return null;
        }
    }
}

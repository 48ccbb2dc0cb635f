package migopy.dump;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import migopy.MigopyException;
import migopy.console.Event;
import migopy.console.Wording;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.Catalog.ServerFeatures;
import migopy.dump.FolderContents.DumpedCollection;
import migopy.dump.ParallelTasks.MemoryBudget;
import migopy.dump.RestoreAnswer.RefusedIndex;
import migopy.dump.RestoreAnswer.RejectedDocuments;
import migopy.dump.RestoreAnswer.RestoreState;
import migopy.dump.RestorePlan.RestoreItem;
import migopy.dump.RestorePlan.RestoreItem.Placement;
import org.bson.BsonDocument;

/**
 * Restores a dump by Migopy or mongodump, under the lock.
 *
 * <p>Everything is read and checked before anything is changed. Then every collection is built under a
 * temporary name, with its indexes; the start of the swap is recorded; and they replace the old ones, the
 * journal last. Without {@code --drop}, and where collections cannot be renamed, they are filled in place.
 */
public final class Restore {
    private final RestoreRequest request;
    private final Consumer<Event> events;
    private final DumpSource source;
    private final MongoDatabase database;
    private final long startedAt = System.nanoTime();
    private final ConcurrentLinkedQueue<RefusedIndex> refused = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<RejectedDocuments> rejected = new ConcurrentLinkedQueue<>();
    private Map<String, CollectionInfo> existing = Map.of();
    private List<DumpedCollection> selected = List.of();
    private DumpCheck check;
    private RestorePlan plan;
    private RestoreLock lock;
    private CollectionBuild build;

    /** The arguments of the command that finishes this restore; null until they are recorded. */
    private String finishCommand;

    private Restore(RestoreRequest request, Consumer<Event> events) {
        this.request = request;
        this.events = events;
        this.source = DumpSource.open(request.folder(), request.database());
        this.database = request.target().connected();
    }

    /**
     * Opens the folder.
     *
     * @param events receives events from several threads
     * @throws MigopyException usage, if the folder is not a dump or of another database; refused, if the dump
     * is not complete
     */
    public static Restore of(RestoreRequest request, Consumer<Event> events) {
        Restore restore = new Restore(request, events);
        request.refuseOther(restore.source.database());
        return restore;
    }

    /**
     * Restores; the answer says which collections are restored, and what ended it early.
     *
     * @throws MigopyException failed or refused, for what was found before anything was written
     */
    public RestoreAnswer run(RestoreLock held) {
        lock = held;
        build = new CollectionBuild(database, request.options(), new MemoryBudget(3), lock, events);
        readUnlessInterrupted();
        UnfinishedRestore unfinished = new UnfinishedRestore(database, lock, events);
        existing = Catalog.byName(database);
        selected.forEach(this::refuseOtherKind);
        refusePartsOfCollections();
        selected.forEach(this::refuseMissingDocuments);
        boolean renames = ServerFeatures.of(request.client()).renames();
        plan = new RestorePlan(request, source.manifest(), selected, existing, renames);
        for (RestoreItem item : plan.items()) {
            if (item.placement() == Placement.KEEP) {
                events.accept(new Event.Notice(item.name() + " already exists and stays as it is"));
            }
        }
        if (request.options().exact() && !plan.extra().isEmpty()) {
            String names = Wording.some(plan.extra());
            events.accept(new Event.Notice("Not in the dump, to be dropped: " + names));
        }
        return answer(attempt(unfinished));
    }

    /**
     * Builds, records the start of the swap, swaps.
     *
     * @return what ended it early, or null
     */
    private MigopyException attempt(UnfinishedRestore unfinished) {
        String folder =
                (request.given().equals(request.folder()) ? source.databaseFolder() : request.given()).toString();
        try {
            if (unfinished.supersede(request, plan.names(), folder, plan.document(false))) {
                finishCommand = request.finishArguments();
            }
            unfinished.remove(existing.keySet());
            buildAll(RestoreItem::hasTemporaryName);
            if (plan.needsNote()) {
                begin(folder);
            }
            buildAll(item -> item.placement() == Placement.FILL && !plan.isJournal(item));
            new Swap(database, request.journal(), build, lock, plan::set)
                    .run(plan.items().stream()
                            .filter(i -> i.placement() != Placement.FILL)
                            .toList());
            buildAll(item -> item.placement() == Placement.FILL && plan.isJournal(item));
            if (finishCommand != null) {
                lock.end();
            }
            return null;
        } catch (MongoException e) {
            return failed(DumpErrors.restore(e, "Restoring " + database.getName()), unfinished);
        } catch (MigopyException e) {
            if (e.kind() == MigopyException.Kind.HALF_RESTORED) {
                throw e;
            }
            return failed(e, unfinished);
        } catch (ParallelTasks.Interrupted e) {
            return failed(interrupted("", e), unfinished);
        }
    }

    private void begin(String folder) {
        boolean first = finishCommand == null;
        finishCommand = plan.finishCommand();
        try {
            lock.begin(folder, finishCommand, plan.document(true));
        } catch (RuntimeException e) {
            if (first) {
                withdraw(e);
            }
            throw e;
        }
        existing.keySet().forEach(lock::filling);
    }

    /** It is unknown whether the note was written; what was built may only be removed without it. */
    private void withdraw(RuntimeException failure) {
        boolean interrupted = Thread.interrupted(); // the driver would refuse to work otherwise
        try {
            lock.end();
            finishCommand = null;
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Returns the error for the answer. What was built is kept if the swap can be finished, and removed
     * otherwise.
     */
    private MigopyException failed(MigopyException e, UnfinishedRestore unfinished) {
        String message = RestoreItem.withNames(e.getMessage(), plan.items());
        if (!request.finish().equals(finishCommand)) {
            String left = unfinished.removeAfterFailure(plan.items());
            message = left.isEmpty() ? message : message + "; " + left;
        }
        String hint = finishCommand == null ? e.hint() : "Finish it: {migopy} " + finishCommand;
        return new MigopyException(e.kind(), message, hint, e);
    }

    private void readUnlessInterrupted() {
        try {
            read();
        } catch (ParallelTasks.Interrupted e) {
            throw interrupted("Nothing was changed.", e);
        }
    }

    private MigopyException interrupted(String hint, ParallelTasks.Interrupted e) {
        return DumpErrors.restore("The restore of %s was interrupted".formatted(request.given()), hint, e);
    }

    private void read() {
        if (source.manifest() == null) {
            events.accept(new Event.Notice("%s has no manifest, like dumps of mongodump: only its BSON is checked"
                    .formatted(request.given())));
        }
        FolderContents contents = FolderContents.of(source.databaseFolder(), request);
        if (source.oplog() != null) {
            events.accept(new Event.Notice(source.oplog() + " is not replayed"));
        }
        if (!contents.leftOut().isEmpty()) {
            events.accept(new Event.Notice("Left out: " + Wording.some(contents.leftOut())));
        }
        selected = contents.collections();
        check = new DumpCheck(source, request, selected);
        contents.refuseMissing();
        check.check(events);
    }

    private void buildAll(Predicate<RestoreItem> chosen) {
        List<Runnable> tasks = new ArrayList<>();
        List<Runnable> views = new ArrayList<>();
        for (DumpedCollection collection : selected) {
            RestoreItem item = plan.item(collection.name());
            if (chosen.test(item)) {
                (collection.isView() ? views : tasks).add(() -> build(collection, item));
            }
        }
        ParallelTasks.run("restore", tasks);
        ParallelTasks.run("restore", views);
    }

    private void build(DumpedCollection collection, RestoreItem item) {
        boolean inPlace = !item.hasTemporaryName();
        CollectionInfo old = inPlace ? existing.get(item.name()) : null;
        if (inPlace) {
            lock.ensureHeld();
            plan.set(item, RestoreState.PARTIAL);
            if (old != null && request.options().drop()) {
                Swap.empty(database, item.name());
                old = null;
            }
        }
        CollectionBuild.Built built = built(collection, item, old);
        plan.built(built.item());
        for (RefusedIndex one : built.refused()) {
            refused.add(new RefusedIndex(
                    one.collection(), one.index(), RestoreItem.withNames(one.message(), plan.items())));
        }
        if (built.rejected() != null) {
            rejected.add(built.rejected());
        }
        if (inPlace) {
            plan.set(item, RestoreState.RESTORED);
        }
    }

    private CollectionBuild.Built built(DumpedCollection collection, RestoreItem item, CollectionInfo old) {
        try {
            return build.build(
                    collection,
                    item,
                    plan.creation(collection),
                    old,
                    check.documents(collection),
                    check.largest(collection));
        } catch (MigopyException e) {
            if (old != null && e.getCause() instanceof MongoBulkWriteException) {
                plan.set(item, RestoreState.UNCHANGED); // not one document of it was written
            }
            if (!item.hasTemporaryName() || !(e.getCause() instanceof MongoCommandException)) {
                throw e;
            }
            String hint = request.hintWithout(
                    item.name(), selected.stream().map(DumpedCollection::name).toList());
            throw new MigopyException(e.kind(), e.getMessage(), hint, e.getCause());
        }
    }

    private RestoreAnswer answer(MigopyException failure) {
        boolean kept = request.options().drop() && !request.options().exact();
        return new RestoreAnswer(
                database.getName(),
                request.given().toString(),
                source.manifest() != null,
                plan.collections(),
                plan.dropped(),
                kept ? plan.extra() : List.of(),
                "To drop them too: {migopy} " + request.arguments(List.of()) + " --exact",
                List.copyOf(refused),
                List.copyOf(rejected),
                failure,
                Duration.ofNanos(System.nanoTime() - startedAt));
    }

    private void refuseOtherKind(DumpedCollection collection) {
        CollectionInfo old = existing.get(collection.name());
        if (old != null && !request.options().drop() && !old.type().equals(collection.type())) {
            throw MigopyException.refused(
                    "%s is a %s in %s and a %s in the dump"
                            .formatted(collection.name(), old.type(), database.getName(), collection.type()),
                    "Replace it: {migopy} %s --drop".formatted(request.arguments(request.collections())));
        }
    }

    /** A dump of mongodump without a collection's documents may be damaged, or contain only indexes on purpose. */
    private void refuseMissingDocuments(DumpedCollection collection) {
        if (collection.dataFile() != null
                || collection.isView()
                || !request.options().drop()) {
            return;
        }
        CollectionInfo old = existing.get(collection.name());
        if (old != null && !old.isView()) {
            throw MigopyException.refused(
                    "The dump has no .bson file of %s; --drop would remove its documents".formatted(collection.name()),
                    request.hintWithout(
                            collection.name(),
                            selected.stream().map(DumpedCollection::name).toList()));
        }
    }

    private void refusePartsOfCollections() {
        if (request.options().drop()
                && source.manifest() != null
                && source.manifest().query() != null
                && selected.stream().anyMatch(one -> existing.containsKey(one.name()))) {
            throw MigopyException.refused(
                    "%s contains only the documents that match %s; --drop would remove all others"
                            .formatted(request.given(), source.manifest().query()),
                    "To add them without removing others: {migopy} dbrestore "
                            + Wording.word(request.given().toString()));
        }
    }

    /** What a restore needs from the lock that it runs under, and the record of an unfinished restore. */
    public interface RestoreLock {
        /**
         * A restore that started to replace collections and did not finish.
         *
         * @param plan see {@link RestoreItem#plan}; null if it no longer exists
         */
        record Unfinished(String run, String folder, String finishCommand, BsonDocument plan) {}

        /** Returns the restore that must be finished or superseded; empty if there is none. */
        Optional<Unfinished> unfinished();

        /**
         * Checks that the lock is held.
         *
         * @throws migopy.MigopyException unknown, if it was lost
         */
        void ensureHeld();

        /** Ends the operations of a crashed run on the server. */
        void endOperationsOf(String run);

        /**
         * Records durably that collections are being replaced, so that every other command refuses.
         *
         * @param finishCommand the arguments of the command that finishes it
         * @param plan see {@link Unfinished}
         */
        void begin(String folder, String finishCommand, BsonDocument plan);

        /** Called for each existing collection that will be replaced or filled in place; marks the journal. */
        void filling(String collection);

        /** Records that all collections are restored. */
        void end();
    }
}

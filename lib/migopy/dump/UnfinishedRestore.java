package migopy.dump;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import migopy.MigopyException;
import migopy.MigopyException.Kind;
import migopy.console.Answer;
import migopy.console.Event;
import migopy.console.Json;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.dump.ParallelTasks.MemoryBudget;
import migopy.dump.Restore.RestoreLock;
import migopy.dump.RestoreAnswer.RestoreState;
import migopy.dump.RestorePlan.RestoreItem;
import migopy.dump.RestorePlan.RestoreItem.Placement;
import org.bson.BsonDocument;
import org.bson.Document;

/** What a crashed restore left: temporary collections, and a swap that was not finished. */
public final class UnfinishedRestore {
    private final MongoDatabase database;
    private final RestoreLock lock;
    private final Consumer<Event> events;

    UnfinishedRestore(MongoDatabase database, RestoreLock lock, Consumer<Event> events) {
        this.database = database;
        this.lock = lock;
        this.events = events;
    }

    /**
     * Finishes the swap of a restore that had built all of its collections.
     *
     * @throws MigopyException half restored, if that needs the dump
     */
    public static RestoreAnswer finish(RestoreRequest.RestoreTarget target, RestoreLock lock, Consumer<Event> events) {
        long startedAt = System.nanoTime();
        RestoreLock.Unfinished unfinished = lock.unfinished().orElse(null);
        if (unfinished == null) {
            return new RestoreAnswer(
                    target.database(),
                    null,
                    true,
                    List.of(),
                    List.of(),
                    List.of(),
                    "",
                    List.of(),
                    List.of(),
                    null,
                    Duration.ZERO);
        }
        if (unfinished.plan() == null || !RestoreItem.isFinishable(unfinished.plan())) {
            throw refusal(target.database(), unfinished, "Repeat the restore: {migopy} " + unfinished.finishCommand());
        }
        lock.endOperationsOf(unfinished.run());
        List<RestoreItem> items = RestoreItem.of(unfinished.plan());
        Map<String, RestoreState> states = new ConcurrentHashMap<>();
        items.forEach(item -> states.put(item.name(), RestoreState.UNCHANGED));
        MigopyException failure = swap(target, items, states, lock, events);
        if (failure != null) {
            String hint = "Finish it: {migopy} " + unfinished.finishCommand();
            failure = new MigopyException(
                    failure.kind(), RestoreItem.withNames(failure.getMessage(), items), hint, failure);
        }
        return new RestoreAnswer(
                target.database(),
                unfinished.folder(),
                true,
                items.stream()
                        .filter(item -> item.placement() != Placement.DROP)
                        .map(item -> item.answer(states.get(item.name())))
                        .toList(),
                items.stream()
                        .filter(item -> item.placement() == Placement.DROP)
                        .map(RestoreItem::name)
                        .filter(name -> states.get(name) == RestoreState.RESTORED)
                        .toList(),
                List.of(),
                "",
                List.of(),
                List.of(),
                failure,
                Duration.ofNanos(System.nanoTime() - startedAt));
    }

    private static MigopyException swap(
            RestoreRequest.RestoreTarget target,
            List<RestoreItem> items,
            Map<String, RestoreState> states,
            RestoreLock lock,
            Consumer<Event> events) {
        var options = new RestoreRequest.RestoreOptions(true, false, false, false, false);
        MongoDatabase database = target.connected();
        CollectionBuild build = new CollectionBuild(database, options, new MemoryBudget(3), lock, events);
        Swap swap = new Swap(database, target.journal(), build, lock, (item, state) -> states.put(item.name(), state));
        try {
            swap.run(items);
            lock.end();
            return null;
        } catch (MongoException e) {
            return DumpErrors.restore(e, "Restoring " + target.database());
        } catch (ParallelTasks.Interrupted e) {
            return DumpErrors.restore("The restore was interrupted", "", e);
        } catch (MigopyException e) {
            return e;
        }
    }

    /** Removes the temporary collections of crashed restores, and keeps the database as it is. */
    public static DiscardAnswer discard(RestoreRequest.RestoreTarget target, RestoreLock lock, Consumer<Event> events) {
        MongoDatabase database = target.connected();
        RestoreLock.Unfinished unfinished = lock.unfinished().orElse(null);
        try {
            if (unfinished != null) {
                lock.endOperationsOf(unfinished.run());
            }
            List<String> removed = new UnfinishedRestore(database, lock, events)
                    .removed(Catalog.byName(database).keySet());
            lock.end();
            return new DiscardAnswer(target.database(), unfinished == null ? null : unfinished.folder(), removed);
        } catch (MongoException e) {
            throw DumpErrors.restore(e, "Discarding the unfinished restore");
        }
    }

    /**
     * Checks that a new restore covers an unfinished one, and records that it replaces it.
     *
     * @param names the collections that the new one replaces
     * @param plan the plan of the new one
     * @return whether there was an unfinished one
     * @throws MigopyException half restored, if the new one does not cover all collections of the old one
     */
    boolean supersede(RestoreRequest request, Set<String> names, String folder, BsonDocument plan) {
        RestoreLock.Unfinished unfinished = lock.unfinished().orElse(null);
        if (unfinished == null) {
            return false;
        }
        String finishCommand = request.finishArguments();
        if (!finishCommand.equals(unfinished.finishCommand()) && !covers(request, names, unfinished.plan())) {
            throw refusal(database.getName(), unfinished, "Finish it: {migopy} " + unfinished.finishCommand());
        }
        lock.endOperationsOf(unfinished.run());
        lock.begin(folder, finishCommand, plan);
        return true;
    }

    private static boolean covers(RestoreRequest request, Set<String> names, BsonDocument plan) {
        return request.options().drop()
                && request.collections().isEmpty()
                && plan != null
                && (request.options().exact()
                        || RestoreItem.of(plan).stream().allMatch(item -> names.contains(item.name())));
    }

    private static MigopyException refusal(String database, RestoreLock.Unfinished unfinished, String hint) {
        return new MigopyException(
                Kind.HALF_RESTORED,
                "%s is half restored: run %s started to restore %s and did not finish"
                        .formatted(database, unfinished.run(), unfinished.folder()),
                hint,
                null);
    }

    /** Removes the temporary collections of crashed restores among these. */
    void remove(Set<String> names) {
        List<String> removed = removed(names);
        if (!removed.isEmpty()) {
            events.accept(new Event.Notice("Removed %s of an unfinished restore: %s"
                    .formatted(Wording.count(removed.size(), "collection"), Wording.some(removed))));
        }
    }

    private List<String> removed(Set<String> names) {
        Set<String> runs = new TreeSet<>();
        List<String> left = new ArrayList<>();
        for (String name : new TreeSet<>(names)) {
            if (name.startsWith(Catalog.UNFINISHED)) {
                left.add(name);
                String rest = name.substring(Catalog.UNFINISHED.length());
                runs.add(rest.substring(0, Math.max(rest.indexOf('.'), 0)));
            }
        }
        runs.stream().filter(run -> !run.isEmpty()).forEach(lock::endOperationsOf);
        left.forEach(name -> database.getCollection(name).drop());
        return left;
    }

    /**
     * Removes what this restore built.
     *
     * @return what could not be removed, for the message; empty if nothing is left
     */
    String removeAfterFailure(Collection<RestoreItem> items) {
        boolean interrupted = Thread.interrupted(); // the driver would refuse to work otherwise
        try {
            for (RestoreItem item : items) {
                if (item.hasTemporaryName()) {
                    database.getCollection(item.building()).drop();
                }
            }
            return "";
        } catch (MongoException e) {
            return "%s* could not be removed (%s); the next dbrestore removes them"
                    .formatted(Catalog.UNFINISHED, e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * What {@code dbrestore --discard} removed.
     *
     * @param database the database, which stays as it is
     * @param folder the dump of the unfinished restore; null if no collection was replaced
     * @param removed the temporary collections
     */
    public record DiscardAnswer(String database, String folder, List<String> removed) implements Answer {
        public DiscardAnswer {
            removed = List.copyOf(removed);
        }

        @Override
        public void words(Words out) {
            if (folder == null && removed.isEmpty()) {
                out.line("Nothing to discard: %s has no unfinished restore".formatted(database));
                return;
            }
            if (folder != null) {
                out.line("Discarded the unfinished restore of %s. %s stays as it is: some collections"
                                .formatted(folder, database)
                        + " are from the dump, others are not.");
            }
            if (!removed.isEmpty()) {
                out.line("Removed " + Wording.count(removed.size(), "unfinished collection"));
            }
        }

        @Override
        public Document json() {
            return Json.put(new Document("database", database), "folder", folder)
                    .append("removed", removed);
        }
    }
}

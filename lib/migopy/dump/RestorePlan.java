package migopy.dump;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import migopy.console.RestoreAnswer;
import migopy.console.RestoreAnswer.State;
import migopy.dump.RestoreItem.Action;
import org.bson.BsonDocument;

/**
 * What a restore does with each collection, and where each stands meanwhile. Used by several
 * threads.
 */
final class RestorePlan {
    private final RestoreRequest request;
    private final Map<String, CollectionInfo> existing;
    private final List<String> extra;
    private final Map<String, RestoreItem> items = new ConcurrentHashMap<>();
    private final Map<String, State> states = new ConcurrentHashMap<>();

    /**
     * @param manifest of the dump; null if there is none
     * @param selected what is going to be restored
     * @param existing what is there
     * @param renames whether a collection can take the place of another by its name
     */
    RestorePlan(
            RestoreRequest request,
            Manifest manifest,
            List<DumpedCollection> selected,
            Map<String, CollectionInfo> existing,
            boolean renames) {
        this.request = request;
        this.existing = existing;
        for (DumpedCollection collection : selected) {
            add(item(collection, renames));
        }
        this.extra = extra(manifest);
        if (request.options().exact()) {
            extra.forEach(name -> add(RestoreItem.of(name, existing.get(name).type(), Action.DROP, name)));
        }
    }

    private RestoreItem item(DumpedCollection collection, boolean renames) {
        String name = collection.name();
        boolean kept = existing.containsKey(name) && !request.options().drop();
        boolean js = Catalog.isSystemJs(name);
        if (kept || !renames || js && !request.options().drop()) {
            Action action = kept && collection.isView() ? Action.KEEP : Action.FILL;
            return RestoreItem.of(name, collection.type(), action, name);
        }
        String building = Catalog.UNFINISHED + request.run() + "." + items.size();
        Action action =
                collection.isView() ? Action.VIEW : collection.isTimeSeries() || js ? Action.COPY : Action.RENAME;
        return RestoreItem.of(name, collection.type(), action, building);
    }

    private void add(RestoreItem item) {
        items.put(item.name(), item);
        states.put(item.name(), State.UNCHANGED);
    }

    /** What the database has and the dump does not, of that which the dump was asked for. */
    private List<String> extra(Manifest manifest) {
        if (!request.collections().isEmpty()) {
            return List.of();
        }
        List<String> asked = manifest == null ? List.of() : manifest.selected();
        return existing.keySet().stream()
                .filter(name -> !items.containsKey(name) && !Catalog.isSystem(name))
                .filter(name -> !name.startsWith(Catalog.UNFINISHED))
                .filter(name -> !name.equals(request.lockCollection()))
                .filter(name -> asked.isEmpty() || asked.contains(name))
                .sorted()
                .toList();
    }

    /** What the dump does not have. */
    List<String> extra() {
        return extra;
    }

    /** The names of what this restore replaces or fills. */
    Set<String> names() {
        return new HashSet<>(items.keySet());
    }

    Collection<RestoreItem> items() {
        return items.values();
    }

    RestoreItem item(String name) {
        return items.get(name);
    }

    /**
     * What a collection is created with. A view beside the old one is of what is built beside: the
     * server refuses a view whose collation differs from that of the view that it is of.
     */
    BsonDocument creation(DumpedCollection collection) {
        BsonDocument options = collection.metadata().options();
        boolean beside = item(collection.name()).isBeside();
        return collection.isView() && beside
                ? RestoreItem.viewOn(options, of -> items.containsKey(of) ? item(of).building() : of)
                : options;
    }

    boolean isJournal(RestoreItem item) {
        return item.name().equals(request.journal());
    }

    /** Notes the counts of what was built. */
    void built(RestoreItem item) {
        items.put(item.name(), item);
    }

    void set(RestoreItem item, State state) {
        if (item.action() != Action.KEEP) {
            states.put(item.name(), state);
        }
    }

    /**
     * Whether other commands have to refuse until this is finished. Documents that are only added,
     * without a journal, are as if somebody had inserted them.
     */
    boolean needsNote() {
        boolean swaps =
                items.values().stream().anyMatch(item -> item.action() != Action.FILL && item.action() != Action.KEEP);
        return swaps || request.options().drop() || items.containsKey(request.journal());
    }

    /** Whether the restore can be finished without its dump, once all is built. */
    boolean isFinishable() {
        return items.values().stream().noneMatch(item -> item.action() == Action.FILL);
    }

    /** The arguments of what finishes it. */
    String wayOn() {
        return isFinishable() ? request.finish() : request.arguments(request.collections());
    }

    /** As it is recorded beside the lock. */
    BsonDocument document(boolean built) {
        return RestoreItem.plan(items.values(), built && isFinishable());
    }

    /** Where each collection of the dump stands. */
    List<RestoreAnswer.Collection> collections() {
        List<RestoreAnswer.Collection> collections = new ArrayList<>();
        for (RestoreItem item : items.values()) {
            if (item.action() != Action.DROP) {
                collections.add(item.answer(states.get(item.name())));
            }
        }
        collections.sort(Comparator.comparing(RestoreAnswer.Collection::name));
        return collections;
    }

    /** What the dump does not have and was dropped. */
    List<String> dropped() {
        return items.values().stream()
                .filter(item -> item.action() == Action.DROP)
                .map(RestoreItem::name)
                .filter(name -> states.get(name) == State.RESTORED)
                .sorted()
                .toList();
    }
}

package migopy.dump;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.dump.Catalog.CollectionInfo;
import migopy.dump.FolderContents.DumpedCollection;
import migopy.dump.RestoreAnswer.RestoreState;
import migopy.dump.RestorePlan.RestoreItem.Placement;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/** What a restore does with each collection, and the state of each. Used by several threads. */
final class RestorePlan {
    private final RestoreRequest request;
    private final Map<String, CollectionInfo> existing;
    private final List<String> extra;
    private final Map<String, RestoreItem> items = new ConcurrentHashMap<>();
    private final Map<String, RestoreState> states = new ConcurrentHashMap<>();

    /**
     * @param manifest of the dump; null if there is none
     * @param selected what will be restored
     * @param existing the collections of the database
     * @param renames whether a rename can replace a collection
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
            extra.forEach(name -> add(RestoreItem.of(name, existing.get(name).type(), Placement.DROP, name)));
        }
    }

    private RestoreItem item(DumpedCollection collection, boolean renames) {
        String name = collection.name();
        boolean kept = existing.containsKey(name) && !request.options().drop();
        boolean js = Catalog.isSystemJs(name);
        if (kept || !renames || js && !request.options().drop()) {
            Placement placement = kept && collection.isView() ? Placement.KEEP : Placement.FILL;
            return RestoreItem.of(name, collection.type(), placement, name);
        }
        String building = Catalog.UNFINISHED + request.run() + "." + items.size();
        Placement placement = collection.isView()
                ? Placement.VIEW
                : collection.isTimeSeries() || js ? Placement.COPY : Placement.RENAME;
        return RestoreItem.of(name, collection.type(), placement, building);
    }

    private void add(RestoreItem item) {
        items.put(item.name(), item);
        states.put(item.name(), RestoreState.UNCHANGED);
    }

    /** Returns the collections that the database has and the dump does not, although the dump was to contain them. */
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

    /** Returns the collections that the dump does not have. */
    List<String> extra() {
        return extra;
    }

    /** Returns the names of what this restore replaces or fills. */
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
     * Returns the options that a collection is created with. A temporary view is on a temporary collection:
     * the server refuses a view whose collation differs from that of the view it is on.
     */
    BsonDocument creation(DumpedCollection collection) {
        BsonDocument options = collection.metadata().options();
        boolean temporary = item(collection.name()).hasTemporaryName();
        return collection.isView() && temporary
                ? RestoreItem.viewOn(options, of -> items.containsKey(of) ? item(of).building() : of)
                : options;
    }

    boolean isJournal(RestoreItem item) {
        return item.name().equals(request.journal());
    }

    /** Records the counts of what was built. */
    void built(RestoreItem item) {
        items.put(item.name(), item);
    }

    void set(RestoreItem item, RestoreState state) {
        if (item.placement() != Placement.KEEP) {
            states.put(item.name(), state);
        }
    }

    /**
     * Whether other commands must refuse until this restore is finished. Documents that are only added,
     * without a journal, are like any other insert.
     */
    boolean needsNote() {
        boolean swaps = items.values().stream()
                .anyMatch(item -> item.placement() != Placement.FILL && item.placement() != Placement.KEEP);
        return swaps || request.options().drop() || items.containsKey(request.journal());
    }

    /** Whether the restore can be finished without its dump, once everything is built. */
    boolean isFinishable() {
        return items.values().stream().noneMatch(item -> item.placement() == Placement.FILL);
    }

    /** Returns the arguments of the command that finishes it. */
    String finishCommand() {
        return isFinishable() ? request.finish() : request.finishArguments();
    }

    /** Returns it as it is recorded beside the lock. */
    BsonDocument document(boolean built) {
        return RestoreItem.plan(items.values(), built && isFinishable());
    }

    /** Returns the state of each collection of the dump. */
    List<RestoreAnswer.RestoredCollection> collections() {
        List<RestoreAnswer.RestoredCollection> collections = new ArrayList<>();
        for (RestoreItem item : items.values()) {
            if (item.placement() != Placement.DROP) {
                collections.add(item.answer(states.get(item.name())));
            }
        }
        collections.sort(Comparator.comparing(RestoreAnswer.RestoredCollection::name));
        return collections;
    }

    /** Returns the collections that the dump does not have and that were dropped. */
    List<String> dropped() {
        return items.values().stream()
                .filter(item -> item.placement() == Placement.DROP)
                .map(RestoreItem::name)
                .filter(name -> states.get(name) == RestoreState.RESTORED)
                .sorted()
                .toList();
    }

    /**
     * One collection of a restore, and how it gets into place.
     *
     * @param building the temporary name under which it is built; its own if it is filled in place
     * @param documents how many were written
     * @param duplicates how many were not, because their {@code _id} already existed
     * @param indexes how many were built
     */
    record RestoreItem(
            String name,
            String type,
            Placement placement,
            String building,
            long documents,
            long duplicates,
            int indexes) {
        private static final Pattern BUILDING = Pattern.compile(Pattern.quote(Catalog.UNFINISHED) + "\\w+\\.[0-9]+");

        /** How a collection gets into place, in the order of the swap. */
        enum Placement {
            /** Documents are added to it, or it is filled in place because collections cannot be renamed. */
            FILL,
            /** Its documents are copied from the temporary collection: time series cannot be renamed. */
            COPY,
            RENAME,
            /** It is created again: a view cannot be renamed, and takes no time to create. */
            VIEW,
            /** It is not in the dump. */
            DROP,
            /** A view that already exists. */
            KEEP
        }

        static RestoreItem of(String name, String type, Placement placement, String building) {
            return new RestoreItem(name, type, placement, building, 0, 0, 0);
        }

        boolean hasTemporaryName() {
            return !building.equals(name);
        }

        RestoreItem with(long written, long there, int built) {
            return new RestoreItem(name, type, placement, building, written, there, built);
        }

        RestoreAnswer.RestoredCollection answer(RestoreState state) {
            return state == RestoreState.UNCHANGED
                    ? new RestoreAnswer.RestoredCollection(name, type, state, 0, 0, 0)
                    : new RestoreAnswer.RestoredCollection(name, type, state, documents, duplicates, indexes);
        }

        /** Returns a message of the server with temporary names replaced by the collections' own. */
        static String withNames(String message, Collection<RestoreItem> items) {
            if (!message.contains(Catalog.UNFINISHED)) {
                return message;
            }
            Map<String, String> names = new HashMap<>();
            items.forEach(item -> names.put(item.building(), item.name()));
            return BUILDING.matcher(message)
                    .replaceAll(found -> Matcher.quoteReplacement(names.getOrDefault(found.group(), found.group())));
        }

        /** Returns the options of a view with another collection. */
        static BsonDocument viewOn(BsonDocument options, UnaryOperator<String> other) {
            BsonDocument changed = new BsonDocument();
            for (String option : options.keySet()) {
                BsonValue value = options.get(option);
                boolean of = option.equals("viewOn") && value.isString();
                changed.append(
                        option, of ? new BsonString(other.apply(value.asString().getValue())) : value);
            }
            return changed;
        }

        /**
         * Returns the plan of a restore, as it is recorded beside the lock.
         *
         * @param finishable whether the restore can be finished without its dump
         */
        static BsonDocument plan(Collection<RestoreItem> items, boolean finishable) {
            BsonArray list = new BsonArray();
            items.forEach(item -> list.add(item.document()));
            return new BsonDocument("finishable", BsonBoolean.valueOf(finishable)).append("items", list);
        }

        static boolean isFinishable(BsonDocument plan) {
            return plan.getBoolean("finishable").getValue();
        }

        static List<RestoreItem> of(BsonDocument plan) {
            return plan.getArray("items").stream().map(RestoreItem::of).toList();
        }

        private static RestoreItem of(BsonValue value) {
            BsonDocument item = value.asDocument();
            return new RestoreItem(
                    item.getString("name").getValue(),
                    item.getString("type").getValue(),
                    Placement.valueOf(item.getString("action").getValue().toUpperCase(Locale.ROOT)),
                    item.getString("building").getValue(),
                    item.getInt64("documents").getValue(),
                    item.getInt64("duplicates").getValue(),
                    item.getInt32("indexes").getValue());
        }

        private BsonDocument document() {
            return new BsonDocument("name", new BsonString(name))
                    .append("type", new BsonString(type))
                    .append("action", new BsonString(placement.name().toLowerCase(Locale.ROOT)))
                    .append("building", new BsonString(building))
                    .append("documents", new BsonInt64(documents))
                    .append("duplicates", new BsonInt64(duplicates))
                    .append("indexes", new BsonInt32(indexes));
        }
    }
}

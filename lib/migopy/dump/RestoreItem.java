package migopy.dump;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.console.RestoreAnswer;
import migopy.console.RestoreAnswer.State;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * One collection of a restore, and how it gets into its place.
 *
 * @param building the name under which it is built; its own where it is filled in place
 * @param documents how many were written
 * @param duplicates how many were not, because their key was there before
 * @param indexes how many were built
 */
record RestoreItem(
        String name, String type, Action action, String building, long documents, long duplicates, int indexes) {
    private static final Pattern BUILDING = Pattern.compile(Pattern.quote(Catalog.UNFINISHED) + "\\w+\\.[0-9]+");

    /** How a collection gets into its place, in the order of the swap. */
    enum Action {
        /** Documents are added to what is there, or it is filled where nothing can be renamed. */
        FILL,
        /** Its documents are copied from what was built beside: time series cannot be renamed. */
        COPY,
        RENAME,
        /** Created again: a view cannot be renamed, and takes no time. */
        VIEW,
        /** It is not in the dump. */
        DROP,
        /** A view that is there already. */
        KEEP
    }

    static RestoreItem of(String name, String type, Action action, String building) {
        return new RestoreItem(name, type, action, building, 0, 0, 0);
    }

    boolean isBeside() {
        return !building.equals(name);
    }

    RestoreItem with(long written, long there, int built) {
        return new RestoreItem(name, type, action, building, written, there, built);
    }

    RestoreAnswer.Collection answer(State state) {
        return state == State.UNCHANGED
                ? new RestoreAnswer.Collection(name, type, state, 0, 0, 0)
                : new RestoreAnswer.Collection(name, type, state, documents, duplicates, indexes);
    }

    /** A message of the server with the names of collections in place of those under which they are built. */
    static String withNames(String message, Collection<RestoreItem> items) {
        if (!message.contains(Catalog.UNFINISHED)) {
            return message;
        }
        Map<String, String> names = new HashMap<>();
        items.forEach(item -> names.put(item.building(), item.name()));
        return BUILDING
                .matcher(message)
                .replaceAll(found -> Matcher.quoteReplacement(names.getOrDefault(found.group(), found.group())));
    }

    /** The options of a view, of another collection. */
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
     * The plan of a restore, as it is recorded beside the lock.
     *
     * @param finishable whether the restore can be finished without its dump: all is built beside
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
                Action.valueOf(item.getString("action").getValue().toUpperCase(Locale.ROOT)),
                item.getString("building").getValue(),
                item.getInt64("documents").getValue(),
                item.getInt64("duplicates").getValue(),
                item.getInt32("indexes").getValue());
    }

    private BsonDocument document() {
        return new BsonDocument("name", new BsonString(name))
                .append("type", new BsonString(type))
                .append("action", new BsonString(action.name().toLowerCase(Locale.ROOT)))
                .append("building", new BsonString(building))
                .append("documents", new BsonInt64(documents))
                .append("duplicates", new BsonInt64(duplicates))
                .append("indexes", new BsonInt32(indexes));
    }
}

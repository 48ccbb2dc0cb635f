package migopy.rehearsal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.bson.BsonValue;

/** Which fields of a collection's documents have changed, by path and type: no value is kept. */
final class Shapes {
    /** More differences are counted, but not distinguished. */
    private static final int MOST = 10_000;

    private static final int MOST_PAIRS = 100;
    private static final int DEEPEST = 50;
    private static final String NONE = "none";

    /** Of one document; each that is gone is compared with each that is new. */
    private static final int MOST_MOVES = 100;

    private final Map<FieldChange, Long> counts = new HashMap<>();
    private final Map<Renamed, Long> pairs = new HashMap<>();
    private final Map<String, Long> gone = new HashMap<>();
    private final Map<String, Long> added = new HashMap<>();
    private long documents;
    private long reordered;
    private long others;

    /**
     * A field that changed in the same way in several documents.
     *
     * @param path with {@code []} for each element of an array: {@code items[].sku}
     * @param was its type, {@code string}; null where there was none
     * @param is null where it is gone
     */
    record FieldChange(String path, String was, String is) {
        /**
         * Returns {@code string -> none}.
         *
         * @param arrow between the two types
         */
        String types(String arrow) {
            return Objects.requireNonNullElse(was, NONE) + " " + arrow + " " + Objects.requireNonNullElse(is, NONE);
        }
    }

    /** A field that is gone, and one with the same value that is new. */
    record Renamed(String from, String to) {}

    /** Fields that one document has lost and gained, also in documents in it. */
    private record Moves(Map<String, BsonValue> gone, Map<String, BsonValue> added) {
        private static void put(Map<String, BsonValue> moves, String path, BsonValue value, int depth) {
            if (moves.size() < MOST_MOVES) {
                moves.put(path, value);
            }
            if (value.isDocument() && depth < DEEPEST) {
                value.asDocument().forEach((field, inner) -> put(moves, path + "." + field, inner, depth + 1));
            }
        }
    }

    /** Compares two versions of a document that are not equal byte by byte. */
    void add(BsonDocument was, BsonDocument is) {
        Moves moves = new Moves(new TreeMap<>(), new TreeMap<>());
        List<FieldChange> found = new ArrayList<>();
        compare("", was, is, found, moves, 0);
        documents++;
        if (found.isEmpty()) {
            reordered++;
        }
        found.stream().distinct().forEach(this::count);
        moves.gone().keySet().forEach(path -> count(gone, path));
        moves.added().keySet().forEach(path -> count(added, path));
        moves.gone()
                .forEach((from, old) -> moves.added().forEach((to, value) -> {
                    if (old.equals(value) && (pairs.size() < MOST_PAIRS || pairs.containsKey(new Renamed(from, to)))) {
                        pairs.merge(new Renamed(from, to), 1L, Long::sum);
                    }
                }));
    }

    private static void count(Map<String, Long> paths, String path) {
        if (paths.size() < MOST || paths.containsKey(path)) {
            paths.merge(path, 1L, Long::sum);
        }
    }

    private void count(FieldChange change) {
        if (counts.size() < MOST || counts.containsKey(change)) {
            counts.merge(change, 1L, Long::sum);
        } else {
            others++;
        }
    }

    /** Returns how many documents differ only in the order of their fields. */
    long reordered() {
        return reordered;
    }

    /** Returns how many differences were counted only. */
    long others() {
        return others;
    }

    /** Returns the fields that were renamed: the value moved in nearly all documents that lost the old one. */
    Map<Renamed, Long> renames() {
        Map<Renamed, Long> renames = new HashMap<>();
        pairs.forEach((pair, count) -> {
            if (count >= 0.9 * gone.getOrDefault(pair.from(), 0L) && count >= 0.9 * added.getOrDefault(pair.to(), 0L)) {
                renames.put(pair, count);
            }
        });
        List<Renamed> all = List.copyOf(renames.keySet());
        renames.keySet()
                .removeIf(one ->
                        all.stream().anyMatch(outer -> isIn(one.from(), outer.from()) && isIn(one.to(), outer.to())));
        return renames;
    }

    private static boolean isIn(String path, String outer) {
        return path.startsWith(outer + ".");
    }

    /** Returns the changes that are not renames, the most frequent of each path first. */
    Map<FieldChange, Long> changes() {
        Map<Renamed, Long> renames = renames();
        Set<String> from = renames.keySet().stream().map(Renamed::from).collect(Collectors.toSet());
        Set<String> to = renames.keySet().stream().map(Renamed::to).collect(Collectors.toSet());
        Map<FieldChange, Long> sorted = new TreeMap<>(Comparator.comparing(FieldChange::path)
                .thenComparing(one -> -counts.get(one))
                .thenComparing(one -> one.was() + " " + one.is()));
        counts.forEach((change, count) -> {
            boolean moved = change.is() == null && isMoved(change.path(), gone.keySet(), from)
                    || change.was() == null && isMoved(change.path(), added.keySet(), to);
            if (!moved) {
                sorted.put(change, count);
            }
        });
        return sorted;
    }

    /** Whether it was renamed, or is a document all of whose fields were. */
    private static boolean isMoved(String path, Set<String> all, Set<String> renamed) {
        List<String> inner = all.stream().filter(one -> isIn(one, path)).toList();
        return renamed.contains(path) || !inner.isEmpty() && renamed.containsAll(inner);
    }

    private static void compare(
            String path, BsonValue was, BsonValue is, List<FieldChange> found, Moves moves, int depth) {
        if (was instanceof BsonDocument before && is instanceof BsonDocument after && depth < DEEPEST) {
            documents(path, before, after, found, moves, depth);
        } else if (was instanceof BsonArray before && is instanceof BsonArray after && depth < DEEPEST) {
            arrays(path + "[]", before, after, found, moves, depth);
        } else if (was == null || !was.equals(is)) {
            found.add(new FieldChange(path, type(was), type(is)));
            if (is == null) {
                Moves.put(moves.gone(), path, was, depth);
            } else if (was == null) {
                Moves.put(moves.added(), path, is, depth);
            }
        }
    }

    private static void documents(
            String path, BsonDocument was, BsonDocument is, List<FieldChange> found, Moves moves, int depth) {
        String prefix = path.isEmpty() ? "" : path + ".";
        was.forEach((field, value) -> compare(prefix + field, value, is.get(field), found, moves, depth + 1));
        is.forEach((field, value) -> {
            if (!was.containsKey(field)) {
                compare(prefix + field, null, value, found, moves, depth + 1);
            }
        });
    }

    private static void arrays(
            String path, BsonArray was, BsonArray is, List<FieldChange> found, Moves moves, int depth) {
        for (int i = 0; i < Math.max(was.size(), is.size()); i++) {
            compare(
                    path,
                    i < was.size() ? was.get(i) : null,
                    i < is.size() ? is.get(i) : null,
                    found,
                    moves,
                    depth + 1);
        }
    }

    /** Returns a type as MongoDB's {@code $type} names it. */
    private static String type(BsonValue value) {
        if (value == null) {
            return null;
        }
        BsonType type = value.getBsonType();
        return switch (type) {
            case DOCUMENT -> "object";
            case INT32 -> "int";
            case INT64 -> "long";
            case DATE_TIME -> "date";
            case OBJECT_ID -> "objectId";
            case BOOLEAN -> "bool";
            case BINARY -> "binData";
            case DECIMAL128 -> "decimal";
            case REGULAR_EXPRESSION -> "regex";
            default -> type.name().toLowerCase(Locale.ROOT);
        };
    }
}

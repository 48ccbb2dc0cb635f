package migopy.dump;

import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import migopy.MigopyException;
import org.bson.RawBsonDocument;

/** The collections of a database, and those of them that a dump takes. */
final class Catalog {
    /** Before the name of a collection that a restore is still filling. */
    static final String UNFINISHED = "migopy_restore.";

    private static final String SYSTEM = "system.";
    private static final String SYSTEM_JS = "system.js";

    private Catalog() {}

    static List<CollectionInfo> of(MongoDatabase database) {
        List<CollectionInfo> all = new ArrayList<>();
        try (MongoCursor<RawBsonDocument> listed =
                database.listCollections(RawBsonDocument.class).iterator()) {
            listed.forEachRemaining(document -> all.add(CollectionInfo.of(document)));
        }
        all.sort(Comparator.comparing(CollectionInfo::name));
        return all;
    }

    static Map<String, CollectionInfo> byName(MongoDatabase database) {
        Map<String, CollectionInfo> byName = new HashMap<>();
        of(database).forEach(info -> byName.put(info.name(), info));
        return byName;
    }

    /** Whether dump and restore pass it over: the server's own, but for {@code system.js}. */
    static boolean isSystem(String name) {
        return name.startsWith(SYSTEM) && !name.equals(SYSTEM_JS);
    }

    static boolean isSystemJs(String name) {
        return name.equals(SYSTEM_JS);
    }

    /**
     * Lists what the request asks for, and the buckets of time series among it: a change of the
     * catalog is one of theirs.
     */
    static List<CollectionInfo> read(MongoDatabase database, DumpRequest request) {
        List<CollectionInfo> all = of(database);
        Set<String> names = new HashSet<>();
        for (CollectionInfo info : select(all, request)) {
            names.add(info.name());
            names.add(info.dataName());
        }
        return all.stream().filter(info -> names.contains(info.name())).toList();
    }

    private static List<CollectionInfo> select(List<CollectionInfo> all, DumpRequest request) {
        List<CollectionInfo> selected = all.stream()
                .filter(info -> !isSystem(info.name()))
                .filter(info -> !info.name().startsWith(UNFINISHED))
                .filter(info -> !info.name().equals(request.lockCollection()))
                .filter(info ->
                        request.collections().isEmpty() || request.collections().contains(info.name()))
                .toList();
        if (request.mustExist()) {
            Set<String> missing = new TreeSet<>(request.collections());
            selected.forEach(info -> missing.remove(info.name()));
            if (!missing.isEmpty()) {
                throw MigopyException.usage(
                        "There is no collection %s to dump in %s"
                                .formatted(String.join(", ", missing), request.database()),
                        "To dump all there are: {migopy} dbdump");
            }
        }
        refuseHiddenTimeSeries(all, selected);
        return selected;
    }

    private static void refuseHiddenTimeSeries(List<CollectionInfo> all, List<CollectionInfo> selected) {
        Set<String> names = new HashSet<>();
        all.forEach(info -> names.add(info.name()));
        for (CollectionInfo info : selected) {
            if (info.isTimeSeries() && !names.contains(info.dataName())) {
                throw Failures.dump(
                        "The time series %s cannot be dumped: this server keeps no %s"
                                .formatted(info.name(), info.dataName()),
                        "Dump it with MongoDB's own mongodump.",
                        null);
            }
        }
    }
}

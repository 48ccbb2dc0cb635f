package migopy.dump;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import migopy.MigopyException;
import migopy.dump.Dump.DumpRequest;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/** The collections of a database, and which of them a dump contains. */
final class Catalog {
    /** The prefix of collections that a restore is building. */
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

    /** Whether dump and restore skip it: the server's own, except {@code system.js}. */
    static boolean isSystem(String name) {
        return name.startsWith(SYSTEM) && !name.equals(SYSTEM_JS);
    }

    static boolean isSystemJs(String name) {
        return name.equals(SYSTEM_JS);
    }

    /**
     * Lists the requested collections and the buckets of time series among them, whose changes count as
     * changes of the catalog.
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
                .filter(info -> request.options().collections().isEmpty()
                        || request.options().collections().contains(info.name()))
                .toList();
        if (request.options().mustExist()) {
            Set<String> missing = new TreeSet<>(request.options().collections());
            selected.forEach(info -> missing.remove(info.name()));
            if (!missing.isEmpty()) {
                throw MigopyException.usage(
                        "There is no collection %s to dump in %s"
                                .formatted(String.join(", ", missing), request.database()),
                        "To dump all collections: {migopy} dbdump");
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
                throw DumpErrors.dump(
                        "The time series %s cannot be dumped: this server has no %s"
                                .formatted(info.name(), info.dataName()),
                        "Dump it with MongoDB's own mongodump.",
                        null);
            }
        }
    }

    /**
     * A collection as {@code listCollections} describes it.
     *
     * @param type {@code collection}, {@code view} or {@code timeseries}
     * @param options the options that it was created with
     * @param uuid 32 hexadecimal digits, or empty for a view and on the embedded server
     */
    record CollectionInfo(String name, String type, BsonDocument options, String uuid) {
        static final String COLLECTION = "collection";
        static final String VIEW = "view";
        static final String TIME_SERIES = "timeseries";

        /** The prefix of the collection in which the server stores a time series. */
        static final String BUCKETS = "system.buckets.";

        static CollectionInfo of(RawBsonDocument listed) {
            BsonDocument info = listed.getDocument("info", new BsonDocument());
            BsonValue uuid = info.get("uuid");
            return new CollectionInfo(
                    listed.getString("name").getValue(),
                    listed.getString("type", new BsonString(COLLECTION)).getValue(),
                    Metadata.fields(listed.getDocument("options", new BsonDocument())),
                    uuid instanceof BsonBinary binary ? HexFormat.of().formatHex(binary.getData()) : "");
        }

        boolean isView() {
            return type.equals(VIEW);
        }

        boolean isTimeSeries() {
            return type.equals(TIME_SERIES);
        }

        /** The server refuses to read a capped collection in a snapshot, with error 246. */
        boolean isCapped() {
            return options.get("capped") instanceof BsonBoolean capped && capped.getValue();
        }

        /** Returns the collection that contains its documents. */
        String dataName() {
            return isTimeSeries() ? BUCKETS + name : name;
        }
    }

    /**
     * What a dump or a restore needs to know about the server.
     *
     * @param version as the server reports it: {@code 6.0.5}
     * @param snapshots whether a session can read several collections at one point in time
     * @param renames whether a rename can replace a collection: not through a mongos, and on the embedded
     * server it is lost when the server ends
     */
    record ServerFeatures(String version, boolean snapshots, boolean renames) {
        private static final int FIRST_WITH_SNAPSHOTS = 5;

        static ServerFeatures of(MongoClient client) {
            MongoDatabase admin = client.getDatabase("admin");
            BsonDocument build = admin.runCommand(new BsonDocument("buildInfo", new BsonInt32(1)), BsonDocument.class);
            String version = build.getString("version", new BsonString("0")).getValue();
            BsonDocument hello = hello(admin);
            boolean sharded =
                    hello.get("msg") instanceof BsonString msg && msg.getValue().equals("isdbgrid");
            boolean set = sharded || hello.containsKey("setName");
            return new ServerFeatures(
                    version, set && major(version) >= FIRST_WITH_SNAPSHOTS, !sharded && !hello.isEmpty());
        }

        /** Returns why there are no {@link #snapshots}. */
        String whyNoSnapshots() {
            return major(version) < FIRST_WITH_SNAPSHOTS
                    ? "MongoDB %s has no snapshots of several collections".formatted(version)
                    : "A server that is not in a replica set has no snapshots";
        }

        private static BsonDocument hello(MongoDatabase admin) {
            try {
                return admin.runCommand(new BsonDocument("hello", new BsonInt32(1)), BsonDocument.class);
            } catch (MongoCommandException e) {
                return new BsonDocument(); // the embedded server, or one older than 5.0
            }
        }

        private static int major(String version) {
            String digits = version.split("\\.", 2)[0];
            return digits.matches("[0-9]{1,4}") ? Integer.parseInt(digits) : 0;
        }
    }
}

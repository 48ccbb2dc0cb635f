package migopy.dump;

import java.time.Instant;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/**
 * What a dump contains, written last: without a complete manifest, a folder is not a dump.
 *
 * @param complete false while the dump is being written
 * @param tool the program that wrote it: {@code migopy 0.1.0}
 * @param server the server's version
 * @param run the run's id
 * @param snapshot whether all collections show one point in time, except those marked otherwise
 * @param query the requested documents, as JSON; null: all
 * @param selected the requested collections; empty: all
 */
record Manifest(
        boolean complete,
        String tool,
        String server,
        String run,
        String database,
        Instant startedAt,
        Instant finishedAt,
        boolean snapshot,
        String query,
        List<String> selected,
        List<ManifestCollection> collections) {
    static final String NAME = "manifest.json";

    /** The format's number; a manifest with another one is refused. */
    static final int FORMAT = 1;

    private static final JsonWriterSettings SETTINGS = JsonWriterSettings.builder()
            .outputMode(JsonMode.RELAXED)
            .indent(true)
            .build();

    /**
     * @param snapshot whether it was read at the dump's point in time, as a capped collection never is
     */
    record ManifestCollection(String name, String type, boolean snapshot, long documents, List<ManifestFile> files) {
        ManifestCollection {
            files = List.copyOf(files);
        }

        long bytes() {
            return files.stream().mapToLong(ManifestFile::bytes).sum();
        }
    }

    /**
     * @param path within the dump's folder, with {@code /}: {@code app/users.bson}
     * @param bytes on the disk: compressed ones of a {@code .gz}
     * @param blocks CRC-32C of each {@link Checksums#BLOCK} bytes
     */
    record ManifestFile(String path, long bytes, String sha256, List<String> blocks) {
        static ManifestFile of(String path, Checksums checksums) {
            return new ManifestFile(path, checksums.bytes(), checksums.hash(), checksums.blocks());
        }
    }

    Manifest {
        selected = List.copyOf(selected);
        collections = List.copyOf(collections);
    }

    /** Returns the manifest of the complete dump. */
    Manifest completed(List<ManifestCollection> dumped, boolean oneTime) {
        return new Manifest(
                true, tool, server, run, database, startedAt, Instant.now(), oneTime, query, selected, dumped);
    }

    String json() {
        BsonDocument document = new BsonDocument("format", new BsonInt32(FORMAT))
                .append("complete", BsonBoolean.valueOf(complete))
                .append("tool", new BsonString(tool))
                .append("server", new BsonString(server))
                .append("run", new BsonString(run))
                .append("database", new BsonString(database))
                .append("startedAt", new BsonDateTime(startedAt.toEpochMilli()));
        if (complete) {
            document.append("finishedAt", new BsonDateTime(finishedAt.toEpochMilli()))
                    .append("snapshot", BsonBoolean.valueOf(snapshot));
            document.putAll(asked());
            document.append("blockBytes", new BsonInt32(Checksums.BLOCK));
            BsonArray list = new BsonArray();
            collections.forEach(collection -> list.add(json(collection)));
            document.append("collections", list);
        }
        return document.toJson(SETTINGS) + "\n";
    }

    /** Returns what was requested; empty if that is everything. */
    BsonDocument asked() {
        BsonDocument asked = new BsonDocument();
        if (query != null) {
            asked.append("query", new BsonString(query));
        }
        if (!selected.isEmpty()) {
            BsonArray names = new BsonArray();
            selected.forEach(name -> names.add(new BsonString(name)));
            asked.append("selected", names);
        }
        return asked;
    }

    /** Returns the query in {@link #asked}, or null. */
    static String query(BsonDocument asked) {
        return asked.containsKey("query") ? text(asked, "query") : null;
    }

    /** Returns the collections in {@link #asked}; empty: all. */
    static List<String> selected(BsonDocument asked) {
        return asked.getArray("selected", new BsonArray()).stream()
                .map(name -> name.asString().getValue())
                .toList();
    }

    private static BsonDocument json(ManifestCollection collection) {
        BsonArray files = new BsonArray();
        for (ManifestFile file : collection.files()) {
            BsonArray blocks = new BsonArray();
            file.blocks().forEach(block -> blocks.add(new BsonString(block)));
            files.add(new BsonDocument("file", new BsonString(file.path()))
                    .append("bytes", new BsonInt64(file.bytes()))
                    .append("sha256", new BsonString(file.sha256()))
                    .append("blocks", blocks));
        }
        return new BsonDocument("name", new BsonString(collection.name()))
                .append("type", new BsonString(collection.type()))
                .append("snapshot", BsonBoolean.valueOf(collection.snapshot()))
                .append("documents", new BsonInt64(collection.documents()))
                .append("files", files);
    }

    /**
     * @throws RuntimeException of the driver, if it is not a manifest's JSON
     */
    static Manifest parse(String json) {
        BsonDocument document = BsonDocument.parse(json);
        int format = document.getNumber("format").intValue();
        if (format != FORMAT) {
            throw new IllegalArgumentException("unknown format " + format);
        }
        boolean complete = document.getBoolean("complete").getValue();
        Instant startedAt = instant(document.get("startedAt"));
        return new Manifest(
                complete,
                text(document, "tool"),
                text(document, "server"),
                text(document, "run"),
                text(document, "database"),
                startedAt,
                complete ? instant(document.get("finishedAt")) : startedAt,
                complete && document.getBoolean("snapshot").getValue(),
                query(document),
                selected(document),
                complete
                        ? document.getArray("collections").stream()
                                .map(c -> collection(c.asDocument()))
                                .toList()
                        : List.of());
    }

    private static ManifestCollection collection(BsonDocument document) {
        return new ManifestCollection(
                text(document, "name"),
                text(document, "type"),
                document.getBoolean("snapshot").getValue(),
                document.getNumber("documents").longValue(),
                document.getArray("files").stream()
                        .map(f -> file(f.asDocument()))
                        .toList());
    }

    private static ManifestFile file(BsonDocument document) {
        return new ManifestFile(
                text(document, "file"),
                document.getNumber("bytes").longValue(),
                text(document, "sha256"),
                document.getArray("blocks").stream()
                        .map(b -> b.asString().getValue())
                        .toList());
    }

    private static Instant instant(BsonValue value) {
        return Instant.ofEpochMilli(value.asDateTime().getValue());
    }

    private static String text(BsonDocument document, String field) {
        return document.getString(field).getValue();
    }
}

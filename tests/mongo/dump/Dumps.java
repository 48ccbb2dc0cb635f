package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import migopy.MigopyException;
import migopy.MigopyException.Kind;
import migopy.console.Event;
import migopy.dump.Dump;
import migopy.dump.Dump.DumpOptions;
import migopy.dump.Dump.DumpRequest;
import migopy.dump.DumpAnswer;
import migopy.dump.DumpFolder;
import migopy.dump.Restore;
import migopy.dump.Restore.RestoreLock;
import migopy.dump.RestoreAnswer;
import migopy.dump.RestoreRequest;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bson.BsonDocument;
import org.bson.Document;
import support.MongoServer;
import support.Scratch;

/** Dumps and restores of one test's database, and what the database looks like before and after. */
public final class Dumps {
    /** The lock's collection. */
    public static final String LOCK = "migrations_lock";

    private final MongoServer server;
    private final Path directory = Scratch.folder("dumps");
    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final List<String> progress = new CopyOnWriteArrayList<>();

    private boolean gzip;
    private boolean requireSnapshot;
    private boolean drop;
    private boolean strict;
    private String query;
    private String to;
    private boolean exact;
    private boolean noIndexes;
    private boolean convertLegacyIndexes;

    public Dumps(MongoServer server) {
        this.server = server;
    }

    public Dumps gzip() {
        gzip = true;
        return this;
    }

    Dumps requiringSnapshot() {
        requireSnapshot = true;
        return this;
    }

    public Dumps dropping() {
        drop = true;
        return this;
    }

    Dumps strictly() {
        strict = true;
        return this;
    }

    Dumps query(String json) {
        query = json;
        return this;
    }

    Dumps to(String database) {
        to = database;
        server.closeAtEnd(() -> server.client().getDatabase(database).drop());
        return this;
    }

    Dumps exactly() {
        drop = true;
        exact = true;
        return this;
    }

    Dumps withoutIndexes() {
        noIndexes = true;
        return this;
    }

    Dumps convertingLegacyIndexes() {
        convertLegacyIndexes = true;
        return this;
    }

    /** The folder of this test's dumps. */
    public Path directory() {
        return directory;
    }

    /** The notices so far. */
    List<String> notices() {
        return notices;
    }

    /** Dumps the named collections; none: all. */
    public DumpAnswer dump(String... collections) {
        return Dump.run(
                new DumpRequest(
                        server.client(),
                        server.database(),
                        DumpFolder.next(directory, server.database(), Instant.now()),
                        new DumpOptions(Set.of(collections), true, gzip, query, requireSnapshot),
                        "7f3a91",
                        "migopy test",
                        LOCK),
                this::note);
    }

    /** Dumps the whole database; returns the dump's folder. */
    public Path dumped() {
        return Path.of(dump().folder());
    }

    /** Restores; an error is thrown. */
    public RestoreAnswer restore(Path folder, String... collections) {
        RestoreAnswer answer = attempt(folder, collections);
        if (answer.error() != null) {
            throw answer.error();
        }
        return answer;
    }

    /** Restores; an error is in the answer. */
    public RestoreAnswer attempt(Path folder, String... collections) {
        RestoreRequest request = request(folder, server.database(), collections);
        return Restore.of(request, this::note).run(new OwnLock());
    }

    /** The request of {@link #attempt}. */
    RestoreRequest request(Path folder, String database, String... collections) {
        return new RestoreRequest(
                server.client(),
                database,
                to,
                folder,
                folder,
                Set.of(collections),
                new RestoreRequest.RestoreOptions(drop, exact, strict, noIndexes, convertLegacyIndexes),
                "7f3a92",
                "migrations",
                LOCK);
    }

    /** The lock of a test that is alone on its database. */
    public static final class OwnLock implements RestoreLock {
        @Override
        public Optional<Unfinished> unfinished() {
            return Optional.empty();
        }

        @Override
        public void ensureHeld() {}

        @Override
        public void endOperationsOf(String run) {}

        @Override
        public void begin(String folder, String finishCommand, BsonDocument plan) {}

        @Override
        public void filling(String collection) {}

        @Override
        public void end() {}
    }

    /** The names in progress events, mostly several times, and those that ended. */
    List<String> progress() {
        return progress;
    }

    void note(Event event) {
        if (event instanceof Event.Notice notice) {
            notices.add(notice.text());
        } else if (event instanceof Event.Progress shown) {
            progress.add(shown.name());
        } else if (event instanceof Event.ProgressEnded ended) {
            progress.add(ended.name() + " ended");
        }
    }

    /** Dumps, drops the database, restores, and asserts that the database is unchanged. */
    public void roundTrip() {
        Look before = look(server.db());
        Path folder = dumped();
        server.db().drop();
        restore(folder);
        assertThat(look(server.db())).usingRecursiveComparison().isEqualTo(before);
    }

    /** What is compared of a database: the server's hash of each collection, its options and indexes. */
    record Look(Map<String, String> hashes, Map<String, Document> collections, Map<String, Set<Document>> indexes) {}

    static Look look(MongoDatabase database) {
        Map<String, String> hashes = new TreeMap<>();
        Document hash = database.runCommand(new Document("dbHash", 1));
        hash.get("collections", Document.class).forEach((name, md5) -> hashes.put(name, (String) md5));
        Map<String, Document> collections = new TreeMap<>();
        Map<String, Set<Document>> indexes = new TreeMap<>();
        for (Document info : database.listCollections()) {
            String name = info.getString("name");
            Document about = info.get("info", Document.class);
            about.remove("uuid");
            collections.put(name, info);
            if (!info.getString("type").equals("view")) {
                indexes.put(
                        name,
                        Set.copyOf(database.getCollection(name).listIndexes().into(new ArrayList<>())));
            }
        }
        return new Look(hashes, collections, indexes);
    }

    /** Fills the collection {@code users}. */
    static void users(MongoServer server, int count) {
        server.collection("users")
                .insertMany(IntStream.range(0, count)
                        .mapToObj(i -> new Document("_id", i).append("n", i % 3))
                        .toList());
    }

    /** Asserts an error with a one-line message that contains the texts. */
    static void assertFails(Kind kind, ThrowingCallable call, String... says) {
        assertThatThrownBy(call).isInstanceOfSatisfying(MigopyException.class, e -> {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
            assertThat(e.getMessage()).contains(says).doesNotContain("\n");
        });
    }

    /** The paths of all files below a folder, relative to it. */
    public static List<String> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

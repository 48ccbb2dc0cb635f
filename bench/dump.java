///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS org.mongodb:mongodb-driver-sync:5.14.0
//DEPS org.slf4j:slf4j-nop:2.0.20
//SOURCES ../lib/migopy/MigrationsManager.java
//SOURCES BenchServer.java
//SOURCES BenchLock.java
//SOURCES DumpProcesses.java

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.InsertManyOptions;
import java.io.BufferedInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import migopy.dump.Dump;
import migopy.dump.Dump.DumpOptions;
import migopy.dump.Dump.DumpRequest;
import migopy.dump.Restore;
import migopy.dump.RestoreRequest;
import org.bson.Document;
import org.bson.RawBsonDocument;

/**
 * Compares dump and restore with the simplest code that does the same, on one server in one run,
 * then measures their memory by size; prints the tables of bench/README.md: {@code jbang
 * bench/dump.java [URI] [smoke] [processes] [DOCUMENTS]}. Without a URI it starts a mongod; with
 * {@code smoke} it takes seconds.
 *
 * <p>The simplest code has no checks, checksums or indexes. The bare copy writes the replies of find
 * and getMore unchanged into one file with an fsync at its end. The bare insert reads a dump's file
 * and calls insertMany with 1,000 documents at a time. With {@code processes} it compares whole
 * processes with mongodump instead, if that is on the PATH.
 */
public class dump implements AutoCloseable {
    private static final int ROUNDS = 5;
    private static final long DOCUMENTS = 1_000_000;
    private static final long SMOKE = 20_000;
    private static final int BATCH = 1_000;
    private static final int BUFFER = 1 << 20;

    /** The number of documents in a reply, as in dbdump. */
    private static final int REPLY = 10_000;

    private static final String DATABASE = "bench_dump";
    private static final String COLLECTION = "documents";

    /** Together with the other fields this makes 200 bytes of BSON. */
    private static final String FILLER = "x".repeat(138);

    private final MongoClient client;
    private final MongoDatabase database;
    private final Path folder;

    private dump(String uri, Path folder) {
        this.client = MongoClients.create(MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(uri))
                .writeConcern(WriteConcern.MAJORITY)
                .build());
        this.database = client.getDatabase(DATABASE);
        this.folder = folder;
    }

    public static void main(String... args) throws Exception {
        if (args.length > 0 && args[0].equals("child")) {
            child(args[1], args[2], Path.of(args[3]));
            return;
        }
        Path folder = Files.createTempDirectory("bench-dump-");
        try (BenchServer server = BenchServer.of(args)) {
            List<String> arguments = new ArrayList<>(server.arguments());
            boolean smoke = arguments.remove("smoke");
            boolean processes = arguments.remove("processes");
            long fewer = smoke ? SMOKE : DOCUMENTS;
            long documents = arguments.isEmpty() ? fewer : Long.parseLong(arguments.get(0));
            System.out.println(server.circumstances());
            try (dump bench = new dump(server.uri(), folder)) {
                if (processes) {
                    bench.fill(documents);
                    new DumpProcesses(server.uri(), DATABASE, folder).print(smoke ? 1 : 9);
                    bench.database.drop();
                    return;
                }
                bench.ratios(documents, smoke ? 1 : ROUNDS);
                bench.memory(server.uri(), List.of(documents / 10, documents, documents * 3));
                bench.database.drop();
            }
        } finally {
            delete(folder);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private void ratios(long documents, int rounds) throws IOException {
        fill(documents);
        System.out.printf(
                Locale.ROOT,
                "%n%,d documents of %d bytes, documents/s%n%n"
                        + "| round | bare copy | `dbdump` | | bare insert | `dbrestore` | |%n"
                        + "| --- | --- | --- | --- | --- | --- | --- |%n",
                documents,
                bytesOfOne());
        Path bare = folder.resolve("bare.bson");
        Path dumped = folder.resolve("dumped");
        String before = hash();
        List<Double> dumps = new ArrayList<>();
        List<Double> restores = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            boolean turned = round % 2 == 1; // so that none always comes second
            Pair read = Pair.of(turned, () -> {}, () -> scan(bare), () -> dumpInto(dumped));
            Pair written = Pair.of(
                    turned,
                    this::drop,
                    () -> insert(dumped.resolve(DATABASE).resolve(COLLECTION + ".bson")),
                    () -> restore(dumped));
            if (!hash().equals(before)) {
                throw new IllegalStateException("the restored data differs from the dumped data");
            }
            delete(dumped);
            System.out.printf(
                    "| %s | %s | %s |%n",
                    round == 0 ? "warm-up" : String.valueOf(round), read.cells(documents), written.cells(documents));
            if (round > 0) { // the first one warms up, and does not count
                dumps.add(read.ratio());
                restores.add(written.ratio());
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%nMedian of the ratios: dump %.2f of the bare copy (target: 0.70), restore %.2f of"
                        + " the bare insert (target: 0.80).%n",
                median(dumps),
                median(restores));
    }

    /** The times of the bare method and of Migopy's. */
    private record Pair(double bareSeconds, double ourSeconds) {
        static Pair of(boolean turned, Work before, Work bare, Work ours) throws IOException {
            double first = seconds(before, turned ? ours : bare);
            double second = seconds(before, turned ? bare : ours);
            return turned ? new Pair(second, first) : new Pair(first, second);
        }

        double ratio() {
            return bareSeconds / ourSeconds;
        }

        String cells(long documents) {
            return String.format(
                    Locale.ROOT, "%,.0f | %,.0f | %.2f", documents / bareSeconds, documents / ourSeconds, ratio());
        }
    }

    /** Prints the peak memory of a whole process that dumps or restores, by number of documents. */
    private void memory(String uri, List<Long> sizes) throws Exception {
        System.out.printf("%n| documents | peak of dump | peak of restore |%n| --- | --- | --- |%n");
        for (long size : sizes) {
            fill(size);
            Path dumped = folder.resolve("m" + size);
            String dump = peak(uri, "dump", dumped);
            drop();
            String restore = peak(uri, "restore", dumped);
            delete(dumped);
            System.out.printf(Locale.ROOT, "| %,d | %s | %s |%n", size, dump, restore);
        }
    }

    private static String peak(String uri, String what, Path dumped) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx96m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dump",
                        "child",
                        uri,
                        what,
                        dumped.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes()).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(what + " ended with " + process.exitValue());
        }
        return said;
    }

    private static void child(String uri, String what, Path dumped) throws Exception {
        try (dump bench = new dump(uri, dumped.getParent())) {
            if (what.equals("dump")) {
                bench.dumpInto(dumped);
            } else {
                bench.restore(dumped);
            }
        }
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            System.out.println(status.filter(line -> line.startsWith("VmHWM"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024 + " MiB")
                    .findFirst()
                    .orElse("unknown"));
        }
    }

    private void fill(long documents) {
        drop();
        MongoCollection<Document> collection = database.getCollection(COLLECTION);
        List<Document> batch = new ArrayList<>();
        for (long i = 0; i < documents; i++) {
            batch.add(new Document("n", i).append("name", "name" + i % 100_000).append("filler", FILLER));
            if (batch.size() == 5_000) {
                collection.insertMany(batch);
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            collection.insertMany(batch);
        }
    }

    private int bytesOfOne() {
        return database.getCollection(COLLECTION, RawBsonDocument.class)
                .find()
                .first()
                .getByteLength();
    }

    /** The server's hash of the collection. */
    private String hash() {
        return database.runCommand(new Document("dbHash", 1))
                .get("collections", Document.class)
                .getString(COLLECTION);
    }

    private void drop() {
        database.getCollection(COLLECTION).drop();
    }

    /** Writes each reply of find and getMore unchanged, without reading its documents. */
    private void scan(Path file) throws IOException {
        try (ClientSession session = client.startSession();
                FileOutputStream out = new FileOutputStream(file.toFile())) {
            Document command = new Document("find", COLLECTION).append("batchSize", REPLY);
            long cursor;
            do {
                RawBsonDocument reply = database.runCommand(session, command, RawBsonDocument.class);
                out.write(reply.getBackingArray(), reply.getByteOffset(), reply.getByteLength());
                cursor = reply.getDocument("cursor").getInt64("id").getValue();
                command = new Document("getMore", cursor)
                        .append("collection", COLLECTION)
                        .append("batchSize", REPLY);
            } while (cursor != 0);
            out.getFD().sync();
        }
    }

    private void insert(Path file) throws IOException {
        MongoCollection<RawBsonDocument> collection = database.getCollection(COLLECTION, RawBsonDocument.class);
        InsertManyOptions unordered = new InsertManyOptions().ordered(false);
        List<RawBsonDocument> batch = new ArrayList<>(BATCH);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            byte[] head;
            while ((head = in.readNBytes(Integer.BYTES)).length > 0) {
                int length =
                        ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt();
                byte[] bytes = new byte[length];
                System.arraycopy(head, 0, bytes, 0, head.length);
                in.readNBytes(bytes, head.length, length - head.length);
                batch.add(new RawBsonDocument(bytes));
                if (batch.size() == BATCH) {
                    collection.insertMany(batch, unordered);
                    batch.clear();
                }
            }
        }
        if (!batch.isEmpty()) {
            collection.insertMany(batch, unordered);
        }
    }

    private void dumpInto(Path target) {
        Dump.run(
                new DumpRequest(
                        client, DATABASE, target, DumpOptions.of(Set.of()), "bench", "bench", "migrations_lock"),
                event -> {});
    }

    private void restore(Path dumped) {
        var answer = Restore.of(
                        new RestoreRequest(
                                client,
                                DATABASE,
                                null,
                                dumped,
                                dumped,
                                Set.of(),
                                new RestoreRequest.RestoreOptions(false, false, false, false, false),
                                "bench",
                                "migrations",
                                "migrations_lock"),
                        event -> {})
                .run(new BenchLock());
        if (answer.error() != null) {
            throw answer.error();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static double seconds(Work before, Work work) throws IOException {
        before.run();
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS org.mongodb:mongodb-driver-sync:5.14.0
//DEPS org.slf4j:slf4j-nop:2.0.20
//SOURCES ../lib/migopy/MigrationsManager.java

import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.InsertManyOptions;

import migopy.dump.Dump;
import migopy.dump.DumpRequest;
import migopy.dump.Restore;
import migopy.dump.RestoreRequest;

import org.bson.Document;
import org.bson.RawBsonDocument;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

/**
 * Dump and restore side by side with the least that does the same, on one server in one run, then
 * their memory by size. {@code jbang bench/dump.java mongodb://localhost:27017/?replicaSet=rs0
 * [DOCUMENTS]}
 *
 * <p>Without a check, a checksum or an index: the bare scan writes raw documents into one file with
 * an fsync at its end, the bare insert reads such a file and calls insertMany for 1,000 at a time.
 */
public class dump {
    private static final int ROUNDS = 5;
    private static final int BATCH = 1_000;
    private static final int BUFFER = 1 << 20;
    private static final String DATABASE = "bench_dump";
    private static final String COLLECTION = "documents";

    /** Together with the other fields this makes 200 bytes of BSON. */
    private static final String FILLER = "x".repeat(138);

    private final MongoClient client;
    private final MongoDatabase database;
    private final Path folder;
    private int count;

    private dump(String uri, Path folder) {
        this.client = MongoClients.create(uri);
        this.database = client.getDatabase(DATABASE).withWriteConcern(WriteConcern.MAJORITY);
        this.folder = folder;
    }

    public static void main(String... args) throws Exception {
        if (args.length > 2) {
            child(args);
            return;
        }
        long documents = args.length > 1 ? Long.parseLong(args[1]) : 1_000_000;
        Path folder = Files.createTempDirectory("bench-dump");
        dump bench = new dump(args[0], folder);
        try {
            bench.ratios(documents);
            bench.memory(args[0], List.of(documents / 10, documents, documents * 3));
        } finally {
            bench.client.getDatabase(DATABASE).drop();
            bench.client.close();
            delete(folder);
        }
    }

    private void ratios(long documents) throws IOException {
        fill(documents);
        System.out.printf("%,d documents of %d bytes%n", documents, bytesOfOne());
        List<Double> scans = new ArrayList<>();
        List<Double> dumps = new ArrayList<>();
        List<Double> inserts = new ArrayList<>();
        List<Double> restores = new ArrayList<>();
        Path bare = folder.resolve("bare.bson");
        String before = hash();
        for (int round = 0;
                round <= ROUNDS;
                round++) { // the first one warms up, and does not count
            double scan = documents / seconds(() -> scan(bare));
            Path dumped = folder.resolve("d" + count++);
            double dump = documents / seconds(() -> dumpInto(dumped));
            drop();
            double insert = documents / seconds(() -> insert(bare));
            drop();
            double restore = documents / seconds(() -> restore(dumped));
            if (!hash().equals(before)) {
                throw new IllegalStateException("what was restored is not what was dumped");
            }
            delete(dumped);
            System.out.printf(
                    Locale.ROOT,
                    "%s scan %,9.0f  dump %,9.0f  insert %,9.0f  restore %,9.0f documents/s%n",
                    round == 0 ? "warm" : "    ",
                    scan,
                    dump,
                    insert,
                    restore);
            if (round > 0) {
                scans.add(scan);
                dumps.add(dump);
                inserts.add(insert);
                restores.add(restore);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "median: dump %.2f of the bare scan, restore %.2f of the bare insert%n",
                median(dumps) / median(scans),
                median(restores) / median(inserts));
    }

    /** The peak of a whole process that does one of them, by the number of documents. */
    private void memory(String uri, List<Long> sizes) throws Exception {
        for (long size : sizes) {
            drop();
            fill(size);
            Path dumped = folder.resolve("m" + size);
            String dump = peak(uri, "dump", dumped);
            drop();
            String restore = peak(uri, "restore", dumped);
            delete(dumped);
            System.out.printf(
                    "%,10d documents: peak of dump %s, of restore %s%n", size, dump, restore);
        }
    }

    private static String peak(String uri, String what, Path dumped) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx96m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dump",
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

    private static void child(String... args) throws Exception {
        Path dumped = Path.of(args[2]);
        dump bench = new dump(args[0], dumped.getParent());
        try (MongoClient closed = bench.client) {
            if (args[1].equals("dump")) {
                bench.dumpInto(dumped);
            } else {
                bench.restore(dumped);
            }
        }
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            System.out.println(
                    status.filter(line -> line.startsWith("VmHWM"))
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
            batch.add(
                    new Document("n", i)
                            .append("name", "name" + i % 100_000)
                            .append("filler", FILLER));
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

    /** The server's own. */
    private String hash() {
        return database.runCommand(new Document("dbHash", 1))
                .get("collections", Document.class)
                .getString(COLLECTION);
    }

    private void drop() {
        database.getCollection(COLLECTION).drop();
    }

    private void scan(Path file) throws IOException {
        try (FileOutputStream out = new FileOutputStream(file.toFile());
                OutputStream buffered = new BufferedOutputStream(out, BUFFER);
                var cursor =
                        database.getCollection(COLLECTION, RawBsonDocument.class)
                                .find()
                                .iterator()) {
            while (cursor.hasNext()) {
                RawBsonDocument document = cursor.next();
                buffered.write(
                        document.getBackingArray(),
                        document.getByteOffset(),
                        document.getByteLength());
            }
            buffered.flush();
            out.getFD().sync();
        }
    }

    private void insert(Path file) throws IOException {
        MongoCollection<RawBsonDocument> collection =
                database.getCollection(COLLECTION, RawBsonDocument.class);
        InsertManyOptions unordered = new InsertManyOptions().ordered(false);
        List<RawBsonDocument> batch = new ArrayList<>(BATCH);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            byte[] head;
            while ((head = in.readNBytes(Integer.BYTES)).length > 0) {
                int length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt();
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
                DumpRequest.whole(client, DATABASE, target, "bench", "bench", "migrations_lock"),
                event -> {});
    }

    private void restore(Path dumped) {
        Restore.run(
                new RestoreRequest(
                        client,
                        DATABASE,
                        null,
                        dumped,
                        Set.of(),
                        false,
                        false,
                        "bench",
                        "migrations_lock",
                        database -> {}),
                event -> {});
    }

    private interface Work {
        void run() throws IOException;
    }

    private static double seconds(Work work) throws IOException {
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

///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS org.mongodb:mongodb-driver-sync:5.14.0
//DEPS org.slf4j:slf4j-nop:2.0.20
//SOURCES ../lib/migopy/MigrationsManager.java
//SOURCES BenchServer.java
//SOURCES BenchLock.java

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import migopy.dump.Dump;
import migopy.dump.Dump.DumpOptions;
import migopy.dump.Dump.DumpRequest;
import migopy.dump.Restore;
import migopy.dump.RestoreRequest;
import org.bson.Document;

/**
 * Measures a dump, a restore into an empty database and a restore with {@code --drop} of many
 * collections, each with ten documents and one index: {@code jbang bench/collections.java [URI]
 * [COLLECTIONS]}.
 */
public class collections {
    private static final int COLLECTIONS = 1_000;
    private static final int DOCUMENTS = 10;
    private static final String DATABASE = "bench_collections";

    public static void main(String... args) throws Exception {
        Path folder = Files.createTempDirectory("bench-collections-");
        try (BenchServer server = BenchServer.of(args);
                MongoClient client = MongoClients.create(server.uri())) {
            int count = server.arguments().isEmpty()
                    ? COLLECTIONS
                    : Integer.parseInt(server.arguments().get(0));
            System.out.println(server.circumstances());
            MongoDatabase database = client.getDatabase(DATABASE);
            database.drop();
            fill(database, count);
            Path dumped = folder.resolve("dumped");
            double dump = seconds(() -> dump(client, dumped));
            database.drop();
            double nothing = seconds(() -> restore(client, dumped, false));
            double drop = seconds(() -> restore(client, dumped, true));
            System.out.printf(
                    Locale.ROOT,
                    "%n| collections | dump | restore into an empty database | restore --drop | |%n"
                            + "| --- | --- | --- | --- | --- |%n"
                            + "| %,d | %.1f s | %.1f s | %.1f s | %.2f |%n",
                    count,
                    dump,
                    nothing,
                    drop,
                    drop / nothing);
            database.drop();
        } finally {
            delete(folder);
        }
    }

    private static void fill(MongoDatabase database, int count) {
        List<Document> documents = IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> new Document("_id", i).append("n", i))
                .toList();
        for (int i = 0; i < count; i++) {
            database.getCollection("c" + i).createIndex(new Document("n", 1));
            database.getCollection("c" + i).insertMany(documents);
        }
    }

    private static void dump(MongoClient client, Path target) {
        Dump.run(
                new DumpRequest(
                        client, DATABASE, target, DumpOptions.of(Set.of()), "bench", "bench", "migrations_lock"),
                event -> {});
    }

    private static void restore(MongoClient client, Path dumped, boolean drop) {
        var answer = Restore.of(
                        new RestoreRequest(
                                client,
                                DATABASE,
                                null,
                                dumped,
                                dumped.resolve(DATABASE),
                                Set.of(),
                                new RestoreRequest.RestoreOptions(drop, false, false, false, false),
                                "bench",
                                "migrations",
                                "migrations_lock"),
                        event -> {})
                .run(new BenchLock());
        if (answer.exitCode() != 0) {
            throw new IllegalStateException(answer.toString());
        }
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

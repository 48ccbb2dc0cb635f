///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES BenchRates.java
//SOURCES BenchServer.java
//SOURCES ../lib/migopy/MigrationsManager.java

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import migopy.MigrationsManager;
import org.bson.Document;

/**
 * Compares many small calls of the driver in {@code up()}, which {@code execute} observes, with the same calls of the driver
 * alone: {@code jbang bench/observed.java [URI] [CALLS] [ROUNDS]}. Only the calls are timed.
 */
public class observed extends MigrationsManager {
    private static final int CALLS = 20_000;
    private static final int ROUNDS = 5;
    private static final int WARM_UP = 5_000;

    /** How a migration passes its time on. */
    private static final String NANOS = "bench.nanos";

    private static final String MIGRATION = """
        import static migopy.Migration.*;

        import org.bson.Document;

        class Step%d {
            static void up() {
                var database = %s;
                var documents = database.getCollection("documents");
                long start = System.nanoTime();
                for (int i = 0; i < %d; i++) {
                    documents.insertOne(new Document("n", i));
                }
                System.setProperty("bench.nanos", Long.toString(System.nanoTime() - start));
            }
        }
        """;

    private final MongoClient client;
    private final Path migrations;
    private int calls;
    private int steps;

    private observed(String uri, MongoClient client, Path folder) {
        mongoUri = uri;
        mongoDatabase = "migopy_bench";
        this.client = client;
        migrations = folder;
        migrationsDirectory = folder.toString();
    }

    public static void main(String... args) throws Exception {
        Path folder = Files.createTempDirectory("migopy-observed");
        try (BenchServer server = BenchServer.of(args);
                MongoClient client = MongoClients.create(server.uri())) {
            List<Integer> numbers =
                    server.arguments().stream().map(Integer::parseInt).toList();
            int calls = numbers.isEmpty() ? CALLS : numbers.get(0);
            int rounds = numbers.size() > 1 ? numbers.get(1) : ROUNDS;
            System.out.printf("%s%n%n%,d calls of insertOne, calls/s%n%n", server.circumstances(), calls);
            new observed(server.uri(), client, folder).measure(calls, rounds);
        } finally {
            try (var files = Files.list(folder)) {
                files.forEach(file -> file.toFile().delete());
            }
            Files.delete(folder);
        }
    }

    private void measure(int wanted, int rounds) {
        BenchRates.Way bare = new BenchRates.Way("driver", this::bare, null, 0);
        List<BenchRates.Way> ways = List.of(
                bare,
                new BenchRates.Way("`execute`, `db()`", () -> execute("db()"), bare, 0),
                new BenchRates.Way(
                        "`execute`, `client()`, a proxy",
                        () -> execute("client().getDatabase(db().getName())"),
                        bare,
                        0));
        calls = Math.min(WARM_UP, wanted);
        ways.forEach(way -> rate(way));
        calls = wanted;
        BenchRates rates = new BenchRates(ways);
        rates.measure(rounds, (way, round) -> rate(way));
        rates.print();
        client.getDatabase(mongoDatabase).drop();
    }

    private double rate(BenchRates.Way way) {
        client.getDatabase(mongoDatabase).getCollection("documents").drop();
        way.work().run();
        return calls * 1e9 / Long.getLong(NANOS);
    }

    private void bare() {
        MongoCollection<Document> documents = client.getDatabase(mongoDatabase).getCollection("documents");
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            documents.insertOne(new Document("n", i));
        }
        System.setProperty(NANOS, Long.toString(System.nanoTime() - start));
    }

    private void execute(String database) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream printed = new PrintStream(out);
        try {
            Files.writeString(migrations.resolve(++steps + "_step.java"), MIGRATION.formatted(steps, database, calls));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        if (run(printed, printed, "execute") != 0) {
            throw new IllegalStateException(out.toString());
        }
    }
}

///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS org.mongodb:mongodb-driver-sync:5.14.0
//DEPS org.slf4j:slf4j-nop:2.0.20
//SOURCES BenchServer.java

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.InsertManyOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.RawBsonDocument;

/**
 * Rehearses two migrations of one collection in a JVM of 128 MB, {@code --here --sample all}, and compares the time with bare
 * copies of the same documents: {@code jbang bench/rehearsal.java [URI] [smoke] [DOCUMENTS]}.
 */
public class rehearsal {
    private static final int DOCUMENTS = 1_000_000;
    private static final int SMOKE = 20_000;
    private static final int BATCH = 1_000;
    private static final String DATABASE = "bench_rehearsal_source";
    private static final String HEADER = """
        import static migopy.Migration.*;
        import com.mongodb.client.model.*;

        """;
    private static final String ALL = HEADER + """
        class All {
            static void up() {
                db().getCollection("documents").updateMany(Filters.empty(), Updates.set("state", "new"));
            }

            static void down() {
                db().getCollection("documents").updateMany(Filters.empty(), Updates.unset("state"));
            }
        }
        """;
    private static final String HALF = HEADER + """
        class Half {
            static void up() {
                backfill("documents").where(Filters.mod("n", 2, 0))
                        .each(one -> Updates.set("double", one.getInteger("n") * 2)).run();
            }

            static void down() {
                db().getCollection("documents").updateMany(Filters.exists("double"), Updates.unset("double"));
            }
        }
        """;

    /** The project's entry script, which also prints its peak of memory. */
    private static final String ENTRY = """
        //JAVA 17+
        //SOURCES LIBRARY/MigrationsManager.java
        //RUNTIME_OPTIONS -Xmx128m
        import java.nio.file.*;
        import migopy.MigrationsManager;

        public class migopy extends MigrationsManager {
            public static void main(String... args) throws Exception {
                int code = new migopy().run(args);
                try (var status = Files.lines(Path.of("/proc/self/status"))) {
                    System.err.println(status.filter(line -> line.startsWith("VmHWM")).findFirst().orElseThrow());
                }
                System.exit(code);
            }
        }
        """;

    public static void main(String... args) throws Exception {
        try (BenchServer server = BenchServer.of(args);
                MongoClient client = MongoClients.create(server.uri())) {
            List<String> given = new ArrayList<>(server.arguments());
            boolean smoke = given.remove("smoke");
            int count = !given.isEmpty() ? Integer.parseInt(given.get(0)) : smoke ? SMOKE : DOCUMENTS;
            System.out.println(server.circumstances());
            MongoDatabase database = client.getDatabase(DATABASE);
            fill(database, count);
            double inServer = seconds(() -> out(database));
            double byClient = seconds(() -> copy(database));
            System.out.printf(
                    Locale.ROOT,
                    "%n%,d documents; `$out`: %.1f s, `find` and `insertMany`: %.1f s%n%n| migration | rehearsal | to"
                        + " `find` and `insertMany` | to `$out` | of it `up()` and `down()` | the rest to `find` and"
                        + " `insertMany` | peak of the JVM |%n| --- | --- | --- | --- | --- | --- | --- |%n",
                    count,
                    inServer,
                    byClient);
            measure(server, "one `updateMany` of all", ALL, inServer, byClient);
            measure(server, "a backfill of half", HALF, inServer, byClient);
            database.drop();
        }
    }

    private static void measure(BenchServer server, String name, String source, double inServer, double byClient)
            throws IOException, InterruptedException {
        Path home = Files.createTempDirectory("bench-rehearsal-");
        try {
            Files.createDirectories(home.resolve("mongomigrations"));
            Path library = Path.of("lib/migopy").toAbsolutePath();
            Path script = home.resolve("migopy.java");
            Files.writeString(script, ENTRY.replace("LIBRARY", library.toString()));
            Files.writeString(home.resolve("mongomigrations/1_change.java"), source);
            Path log = home.resolve("log");
            started(server, script, log, "lint"); // builds it
            long start = System.nanoTime();
            int code = started(server, script, log, "rehearse", "--here", "--sample", "all");
            double seconds = (System.nanoTime() - start) / 1e9;
            String printed = Files.readString(log);
            System.err.println(printed);
            if (code != 0) {
                throw new IllegalStateException("exit code " + code + "\n" + printed);
            }
            long peak = Long.parseLong(printed.replaceAll("(?s).*VmHWM:\\s*(\\d+) kB.*", "$1")) / 1024;
            double own = Pattern.compile("(?:up|down) ([0-9.]+) (m?)s")
                    .matcher(printed)
                    .results()
                    .mapToDouble(found ->
                            Double.parseDouble(found.group(1)) / (found.group(2).isEmpty() ? 1 : 1_000))
                    .sum();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.1f s | %.2f | %.2f | %.1f s | %.2f | %d MiB |%n",
                    name,
                    seconds,
                    seconds / byClient,
                    seconds / inServer,
                    own,
                    (seconds - own) / byClient,
                    peak);
        } finally {
            try (Stream<Path> files = Files.walk(home)) {
                for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private static int started(BenchServer server, Path script, Path log, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(Path.of("jbang").toAbsolutePath().toString(), script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder jbang =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        jbang.directory(script.getParent().toFile());
        jbang.environment().put("MONGO_URI", server.uri().replace("/?", "/" + DATABASE + "?"));
        return jbang.start().waitFor();
    }

    private static void fill(MongoDatabase database, int count) {
        database.drop();
        String filler = "x".repeat(180);
        for (int i = 0; i < count; i += BATCH) {
            List<Document> batch = new ArrayList<>(BATCH);
            for (int n = i; n < Math.min(i + BATCH, count); n++) {
                batch.add(new Document("_id", n)
                        .append("n", n)
                        .append("name", "name " + n)
                        .append("text", filler));
            }
            database.getCollection("documents").insertMany(batch);
        }
    }

    private static void out(MongoDatabase database) {
        database.getCollection("documents")
                .aggregate(List.of(new Document("$out", "copy")))
                .toCollection();
        database.getCollection("copy").drop();
    }

    private static void copy(MongoDatabase database) {
        MongoCollection<RawBsonDocument> to = database.getCollection("copy", RawBsonDocument.class);
        try (MongoCursor<RawBsonDocument> from = database.getCollection("documents", RawBsonDocument.class)
                .find()
                .batchSize(BATCH)
                .iterator()) {
            List<RawBsonDocument> batch = new ArrayList<>(BATCH);
            while (from.hasNext()) {
                batch.add(from.next());
                if (batch.size() == BATCH || !from.hasNext()) {
                    to.insertMany(batch, new InsertManyOptions().ordered(false));
                    batch.clear();
                }
            }
        }
        to.drop();
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }
}

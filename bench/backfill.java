///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES BenchHeap.java
//SOURCES BenchRates.java
//SOURCES BenchServer.java
//SOURCES ../lib/migopy/MigrationsManager.java
//RUNTIME_OPTIONS -Xmx256m

import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import migopy.backfill.Backfill;
import migopy.backfill.BackfillContext;
import migopy.backfill.Checkpoints;
import migopy.backfill.Checkpoints.Control;
import migopy.journal.BackfillRecord;
import migopy.journal.State;
import migopy.journal.Writes.Precondition;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * Compares backfills with the same changes written by hand, on one server in one run, and measures
 * their memory by size: {@code jbang bench/backfill.java [URI] [ratios|memory|smoke] [DOCUMENTS]
 * [ROUNDS]}.
 *
 * <p>Without a URI it starts a mongod. Tables go to standard output, progress to standard error.
 * The exit code is 1 if a ratio is below its target, except with {@code smoke}, which only shows
 * that everything works.
 */
public class backfill {
    private static final int ROUNDS = 3;
    private static final long DOCUMENTS = 1_000_000;
    private static final long WARM_UP = 100_000;
    private static final List<Long> CURVE = List.of(100_000L, 500_000L, 1_000_000L, 5_000_000L);
    private static final int HAND_BATCH = 1_000;
    private static final int INSERT_BATCH = 5_000;
    private static final double MEBIBYTE = 1 << 20;

    /** Together with the other fields this makes 200 bytes of BSON. */
    private static final String FILLER = "x".repeat(76);

    private final MongoClient client;
    private final MongoDatabase database;
    private final MongoCollection<Document> documents;
    private long filled;
    private int round;

    private backfill(MongoClient client) {
        this.client = client;
        this.database = client.getDatabase("migopy_bench").withWriteConcern(WriteConcern.MAJORITY);
        this.documents = database.getCollection("documents");
    }

    public static void main(String... args) throws Exception {
        boolean reached;
        try (BenchServer server = BenchServer.of(args)) {
            reached = measure(server);
        }
        System.exit(reached ? 0 : 1);
    }

    private static boolean measure(BenchServer server) throws Exception {
        String what = "all";
        List<Long> numbers = new ArrayList<>();
        for (String argument : server.arguments()) {
            if (argument.matches("[0-9]+")) {
                numbers.add(Long.parseLong(argument));
            } else if (List.of("ratios", "memory", "smoke").contains(argument)) {
                what = argument;
            } else {
                throw new IllegalArgumentException(argument + " is not one of ratios, memory, smoke");
            }
        }
        boolean smoke = what.equals("smoke");
        long count = !numbers.isEmpty() ? numbers.get(0) : smoke ? WARM_UP / 5 : DOCUMENTS;
        int rounds = numbers.size() > 1 ? numbers.get(1).intValue() : smoke ? 1 : ROUNDS;
        boolean reached = true;
        System.out.printf(
                "%s, -Xmx%dm%n",
                server.circumstances(), (long) (Runtime.getRuntime().maxMemory() / MEBIBYTE));
        try (MongoClient client = MongoClients.create(server.uri())) {
            backfill bench = new backfill(client);
            if (!what.equals("memory")) {
                reached = bench.ratios(count, rounds, smoke);
            }
            if (!what.equals("ratios")) {
                bench.memory(smoke ? List.of(count / 4, count) : CURVE);
            }
            bench.database.drop();
        }
        return reached;
    }

    private boolean ratios(long count, int rounds, boolean smoke) {
        BenchRates.Way plain = new BenchRates.Way("one `updateMany`", this::plain, null, 0);
        BenchRates.Way hand = new BenchRates.Way("`find` and `bulkWrite` by hand", this::byHand, null, 0);
        List<BenchRates.Way> ways = List.of(
                plain,
                new BenchRates.Way("backfill `update()`", () -> inServer(false), plain, 0.85),
                new BenchRates.Way("backfill `update()`, `once()`", () -> inServer(true), plain, 0),
                hand,
                new BenchRates.Way("backfill `each()`", () -> inClient(false), hand, 0.9),
                new BenchRates.Way("backfill `each()`, `once()`", () -> inClient(true), hand, 0));
        fill(Math.min(WARM_UP, count));
        ways.forEach(way -> perSecond(way, "warming up"));
        fill(count);
        BenchRates rates = new BenchRates(ways);
        rates.measure(rounds, this::perSecond);
        System.out.printf(
                "%n%,d documents of %d bytes, documents/s; load before and after each round:" + " %s%n%n",
                filled, size(), rates.loads());
        rates.print();
        return smoke || rates.reached();
    }

    private double perSecond(BenchRates.Way way, String when) {
        round++;
        settle();
        long start = System.nanoTime();
        way.work().run();
        double perSecond = filled * 1e9 / (System.nanoTime() - start);
        long changed = documents.countDocuments(Filters.eq("round", round));
        if (changed != filled) {
            throw new IllegalStateException("%s changed %d of %d".formatted(way.name(), changed, filled));
        }
        System.err.printf("%-12s %-32s %,9.0f documents/s%n", when, way.name(), perSecond);
        return perSecond;
    }

    /** Flushes what the previous method wrote, so that the next one does not pay for it. */
    private void settle() {
        client.getDatabase("admin").runCommand(new Document("fsync", 1));
        System.gc();
    }

    private void plain() {
        documents.updateMany(new Document(), List.of(stage()));
    }

    private void inServer(boolean once) {
        Backfill way = begun().update(stage());
        (once ? way.once() : way).run();
    }

    private void inClient(boolean once) {
        int now = round;
        Backfill way = begun().each(document -> update(document, now));
        (once ? way.once() : way).run();
    }

    private void byHand() {
        List<UpdateOneModel<Document>> updates = new ArrayList<>();
        BulkWriteOptions unordered = new BulkWriteOptions().ordered(false);
        try (MongoCursor<Document> cursor =
                documents.find().batchSize(HAND_BATCH).cursor()) {
            while (cursor.hasNext()) {
                Document document = cursor.next();
                Bson identity = Filters.eq("_id", document.get("_id"));
                updates.add(new UpdateOneModel<>(identity, update(document, round)));
                if (updates.size() == HAND_BATCH || !cursor.hasNext()) {
                    documents.bulkWrite(updates, unordered);
                    updates.clear();
                }
            }
        }
    }

    private Document stage() {
        Document lower = new Document("$toLower", "$email");
        return new Document("$set", new Document("lower", lower).append("round", round));
    }

    private static Bson update(Document document, int round) {
        String lower = document.getString("email").toLowerCase(Locale.ROOT);
        return Updates.combine(Updates.set("lower", lower), Updates.set("round", round));
    }

    /** A backfill with the checkpoints of the journal: majority, matched by state and fence. */
    private Backfill begun() {
        MongoCollection<Document> journal = database.getCollection("migrations");
        journal.drop();
        journal.insertOne(new Document("_id", "1_bench")
                .append("state", State.RUNNING.word())
                .append("fence", 1L)
                .append("run", "bench"));
        Precondition step = new Precondition(new BsonString("1_bench"), State.RUNNING, 1L, "bench");
        BackfillRecord alone = new BackfillRecord(database.withTimeout(10, TimeUnit.SECONDS), "migrations");
        BackfillRecord inTransaction = new BackfillRecord(database, "migrations");
        BackfillContext context = new BackfillContext(
                client,
                database,
                "1_bench",
                new Checkpoints("1_bench", "", new BsonDocument(), (ordinal, checkpoint, session) -> {
                    (session == null ? alone : inTransaction).keep(step, ordinal, checkpoint, session);
                    return Control.RUN;
                }),
                () -> {},
                event -> {},
                true,
                false,
                BackfillContext.MAX_LAG);
        return Backfill.of(context, "documents");
    }

    private void memory(List<Long> curve) throws InterruptedException {
        System.out.printf("%nHeap in MiB: the peak, and the most that was live after a collection%n%n");
        System.out.println(
                "| documents | `update()` peak | live | `each()` peak | live |\n" + "| --- | --- | --- | --- | --- |");
        for (long count : curve) {
            fill(count);
            round++;
            BenchHeap server = BenchHeap.of(() -> inServer(false));
            round++;
            BenchHeap hand = BenchHeap.of(() -> inClient(false));
            System.out.printf(
                    "| %,d | %.1f | %.1f | %.1f | %.1f |%n",
                    count,
                    server.peak() / MEBIBYTE,
                    server.live() / MEBIBYTE,
                    hand.peak() / MEBIBYTE,
                    hand.live() / MEBIBYTE);
        }
    }

    /** Adds documents to the existing ones until there are so many. */
    private void fill(long count) {
        if (filled == 0 || filled > count) {
            database.drop();
            filled = 0;
        }
        System.err.printf("filling up to %,d documents%n", count);
        List<Document> some = new ArrayList<>();
        while (filled < count) {
            some.add(document(filled++));
            if (some.size() == INSERT_BATCH || filled == count) {
                documents.insertMany(some, new InsertManyOptions().ordered(false));
                some.clear();
            }
        }
        settle();
    }

    private static Document document(long i) {
        String email = "Person%09d@Example.com".formatted(i);
        return new Document("email", email)
                .append("lower", email)
                .append("round", 0)
                .append("filler", FILLER);
    }

    private int size() {
        Document size = Document.parse("{$project: {size: {$bsonSize: '$$ROOT'}}}");
        return documents
                .aggregate(List.of(new Document("$limit", 1), size))
                .first()
                .getInteger("size");
    }
}

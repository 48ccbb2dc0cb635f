///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS org.mongodb:mongodb-driver-sync:5.14.0
//DEPS org.slf4j:slf4j-nop:2.0.20
//SOURCES ../lib/migopy/MigopyException.java
//SOURCES ../lib/migopy/console/Event.java
//SOURCES ../lib/migopy/console/Direction.java
//SOURCES ../lib/migopy/console/Outcome.java
//SOURCES ../lib/migopy/console/StepReport.java
//SOURCES ../lib/migopy/console/StepError.java
//SOURCES ../lib/migopy/backfill/*.java
//RUNTIME_OPTIONS -Xmx256m

import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.Updates;

import migopy.backfill.Backfill;
import migopy.backfill.BackfillContext;
import migopy.backfill.CheckpointWriter;
import migopy.backfill.Control;

import org.bson.Document;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Backfills side by side with what a person would write by hand, on one server in one run: first
 * ratios, then memory. {@code jbang bench/backfill.java mongodb://localhost:27017/?replicaSet=rs0
 * [ratios|memory] [documents]}
 */
public class backfill {
    private static final int ROUNDS = 3;
    private static final int HAND_BATCH = 1_000;
    private static final int INSERT_BATCH = 5_000;
    private static final long[] CURVE = {100_000, 500_000, 1_000_000, 2_000_000, 5_000_000};

    /** Together with the other fields this makes 200 bytes of BSON. */
    private static final String FILLER = "x".repeat(57);

    private final MongoClient client;
    private final MongoDatabase database;
    private final MongoCollection<Document> documents;
    private int round;

    backfill(MongoClient client) {
        this.client = client;
        this.database = client.getDatabase("migopy_bench").withWriteConcern(WriteConcern.MAJORITY);
        this.documents = database.getCollection("documents");
    }

    public static void main(String... args) throws InterruptedException {
        String uri = args.length > 0 ? args[0] : "mongodb://localhost:27017";
        String what = args.length > 1 ? args[1] : "both";
        long count = args.length > 2 ? Long.parseLong(args[2]) : 1_000_000;
        try (MongoClient client = MongoClients.create(uri)) {
            backfill bench = new backfill(client);
            if (!what.equals("memory")) {
                bench.ratios(count);
            }
            if (!what.equals("ratios")) {
                bench.memory();
            }
            bench.database.drop();
        }
    }

    private void ratios(long count) {
        fill(count);
        Map<String, List<Double>> rates = new TreeMap<>();
        for (int i = 0; i <= ROUNDS; i++) {
            boolean warm = i > 0; // The first round warms the cache and the JVM up.
            measure(rates, warm, "1 plain updateMany", count, this::plain);
            measure(rates, warm, "2 backfill update()", count, () -> inServer(false));
            measure(rates, warm, "3 backfill update() once()", count, () -> inServer(true));
            measure(rates, warm, "4 find + bulkWrite by hand", count, this::byHand);
            measure(rates, warm, "5 backfill each()", count, () -> inClient(false));
            measure(rates, warm, "6 backfill each() once()", count, () -> inClient(true));
        }
        System.out.printf(
                "%n%,d documents of %d bytes, median of %d rounds%n", count, size(), ROUNDS);
        rates.forEach(
                (name, all) -> System.out.printf("  %-28s %,9.0f docs/s%n", name, median(all)));
        double server = median(rates.get("1 plain updateMany"));
        double hand = median(rates.get("4 find + bulkWrite by hand"));
        System.out.printf(
                "  update() / updateMany           %.2f%n",
                median(rates.get("2 backfill update()")) / server);
        System.out.printf(
                "  update() once() / updateMany    %.2f%n",
                median(rates.get("3 backfill update() once()")) / server);
        System.out.printf(
                "  each() / by hand                %.2f%n",
                median(rates.get("5 backfill each()")) / hand);
        System.out.printf(
                "  each() once() / by hand         %.2f%n",
                median(rates.get("6 backfill each() once()")) / hand);
    }

    private void measure(
            Map<String, List<Double>> rates,
            boolean counts,
            String name,
            long count,
            Runnable way) {
        round++;
        long start = System.nanoTime();
        way.run();
        double perSecond = count * 1e9 / (System.nanoTime() - start);
        long changed = documents.countDocuments(Filters.eq("round", round));
        if (changed != count) {
            throw new IllegalStateException("%s changed %d of %d".formatted(name, changed, count));
        }
        System.out.printf(
                "%-30s %,9.0f docs/s%s%n", name, perSecond, counts ? "" : "  (warming up)");
        if (counts) {
            rates.computeIfAbsent(name, key -> new ArrayList<>()).add(perSecond);
        }
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
        try (MongoCursor<Document> cursor = documents.find().batchSize(HAND_BATCH).cursor()) {
            while (cursor.hasNext()) {
                Document document = cursor.next();
                updates.add(
                        new UpdateOneModel<>(
                                Filters.eq("_id", document.get("_id")), update(document, round)));
                if (updates.size() == HAND_BATCH || !cursor.hasNext()) {
                    documents.bulkWrite(updates, new BulkWriteOptions().ordered(false));
                    updates.clear();
                }
            }
        }
    }

    private Document stage() {
        return new Document(
                "$set",
                new Document("lower", new Document("$toLower", "$email")).append("round", round));
    }

    private static org.bson.conversions.Bson update(Document document, int round) {
        return Updates.combine(
                Updates.set(
                        "lower", document.getString("email").toLowerCase(java.util.Locale.ROOT)),
                Updates.set("round", round));
    }

    /** With a checkpoint that is written as the journal writes it: majority, matched by fence. */
    private Backfill begun() {
        MongoCollection<Document> journal = database.getCollection("migrations");
        journal.drop();
        journal.insertOne(new Document("_id", "1_bench").append("fence", 1L));
        FindOneAndUpdateOptions options =
                new FindOneAndUpdateOptions().projection(Projections.include("control"));
        CheckpointWriter writer =
                (checkpoint, session) -> {
                    var filter = Filters.and(Filters.eq("_id", "1_bench"), Filters.eq("fence", 1L));
                    var set = Updates.set("checkpoints.0", checkpoint);
                    if (session == null) {
                        journal.findOneAndUpdate(filter, set, options);
                    } else {
                        journal.findOneAndUpdate(session, filter, set, options);
                    }
                    return Control.GO;
                };
        BackfillContext context =
                new BackfillContext(
                        client, database, "1_bench", null, writer, () -> {}, e -> {}, true, false);
        return Backfill.of(context, "documents");
    }

    private void memory() throws InterruptedException {
        System.out.printf(
                "%nHeap in MB, -Xmx%d: what is live after a collection, at most; each second one%n",
                Runtime.getRuntime().maxMemory() >> 20);
        System.out.printf("  %12s %10s %10s%n", "documents", "update()", "each()");
        for (long count : CURVE) {
            fill(count);
            round++;
            long server = peak(() -> inServer(false));
            round++;
            long hand = peak(() -> inClient(false));
            System.out.printf("  %,12d %10.1f %10.1f%n", count, server / 1e6, hand / 1e6);
        }
    }

    private static long peak(Runnable way) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        long[] most = {0};
        Thread sampler =
                new Thread(
                        () -> {
                            try {
                                do {
                                    System.gc();
                                    Runtime now = Runtime.getRuntime();
                                    most[0] =
                                            Math.max(most[0], now.totalMemory() - now.freeMemory());
                                } while (!ended.await(1, TimeUnit.SECONDS));
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "bench-memory");
        sampler.start();
        way.run();
        ended.countDown();
        sampler.join();
        return most[0];
    }

    private void fill(long count) {
        database.drop();
        List<Document> some = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            some.add(document(i));
            if (some.size() == INSERT_BATCH || i == count - 1) {
                documents.insertMany(some, new InsertManyOptions().ordered(false));
                some.clear();
            }
        }
    }

    private static Document document(long i) {
        String email = "Person%09d@Example.com".formatted(i);
        return new Document("email", email)
                .append("lower", email)
                .append("round", 0)
                .append("filler", FILLER);
    }

    private int size() {
        List<Document> stats =
                documents
                        .aggregate(
                                List.of(
                                        Document.parse("{$project: {size: {$bsonSize: '$$ROOT'}}}"),
                                        Document.parse("{$limit: 1}")))
                        .into(new ArrayList<>());
        return stats.get(0).getInteger("size");
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}

package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.Date;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.Mongod;
import support.On;
import support.OnServer;

/** A backfill waits for secondaries, and keeps to its rate. */
@OnServer
class ThrottleTest {
    private static final long LIMIT_SECONDS = 60;
    private static final int DOCUMENTS = 20_000;

    @Test
    void theRateIsLimited(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 1_000);

        long start = System.nanoTime();
        backfills.of("users").update(Backfills.addOne()).maxRate(500).run();
        double seconds = (System.nanoTime() - start) / 1e9;

        // There is no wait after the last batch, a quarter of a second's documents.
        assertThat(seconds).isBetween(1.7, 6.0);
        assertThat(backfills.notOnce("users")).isEmpty();
    }

    @Test
    void theRateHoldsWithinEachSecondForParallelWorkersAndLargeBatches(MongoServer server) throws Exception {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 3_000);
        NavigableMap<Long, Long> changed = new TreeMap<>();
        CompletableFuture<Long> run = CompletableFuture.supplyAsync(() -> backfills
                .of("users")
                .each(one -> Updates.inc("n", 1))
                .batch(1_000)
                .parallel(8)
                .maxRate(1_000)
                .run());
        while (!run.isDone()) {
            long documents = 3_000 - backfills.notOnce("users").size();
            changed.put(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), documents);
            Eventually.pause(Duration.ofMillis(50));
        }
        run.get(LIMIT_SECONDS, TimeUnit.SECONDS);

        changed.forEach(
                (at, documents) -> assertThat(changed.floorEntry(at + 1_000).getValue() - documents)
                        .isLessThanOrEqualTo(1_200));
        assertThat(changed.lastKey() - changed.firstKey()).isGreaterThan(2_500);
        assertThat(backfills.notOnce("users")).isEmpty();
    }

    @Test
    void theBackfillWaitsForASecondaryThatFallsBehind(@On(Kind.THREE_MEMBERS) MongoServer server) throws Exception {
        assertThat(lagWhileOneSecondaryIsStopped(server, Duration.ofSeconds(2))).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void withoutTheThrottleTheSecondaryFallsFurtherBehind(@On(Kind.THREE_MEMBERS) MongoServer server) throws Exception {
        assertThat(lagWhileOneSecondaryIsStopped(server, Duration.ofHours(1))).isGreaterThan(Duration.ofSeconds(3));
    }

    /** The largest lag of a secondary in six seconds in which it applies nothing. */
    private static Duration lagWhileOneSecondaryIsStopped(MongoServer server, Duration maxLag) throws Exception {
        Backfills backfills = new Backfills(server).maxLag(maxLag);
        backfills.fill("users", DOCUMENTS);
        // Otherwise the lag may exceed the limit before the first batch, and never shrink.
        Eventually.until("the secondaries have caught up", () -> lag(server).isZero());
        Duration most = Duration.ZERO;
        CompletableFuture<Long> run;
        try (MongoClient secondary = secondary(server)) {
            applying(secondary, false);
            try {
                run = CompletableFuture.supplyAsync(() -> backfills
                        .of("users")
                        .each(one -> Updates.inc("n", 1))
                        .maxRate(2_000)
                        .run());
                // The lag starts with the first batch, which may be late on a busy machine.
                Eventually.until(
                        "the first batch is written",
                        () -> backfills.notOnce("users").size() < DOCUMENTS);
                long start = System.nanoTime();
                while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(6)) {
                    Eventually.pause(Duration.ofMillis(100));
                    Duration now = lag(server);
                    most = now.compareTo(most) > 0 ? now : most;
                }
            } finally {
                applying(secondary, true);
            }
        }
        assertThat(run.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(DOCUMENTS);
        assertThat(backfills.notOnce("users")).isEmpty();
        return most;
    }

    /** Any secondary: all of them replicate from the primary. */
    private static MongoClient secondary(MongoServer server) {
        String primary = server.admin(new Document("hello", 1)).getString("primary");
        Mongod other = server.members().stream()
                .filter(member -> !member.address().equals(primary))
                .findFirst()
                .orElseThrow();
        return MongoClients.create("mongodb://%s/?directConnection=true".formatted(other.address()));
    }

    private static void applying(MongoClient secondary, boolean on) {
        secondary
                .getDatabase("admin")
                .runCommand(
                        new Document("configureFailPoint", "rsSyncApplyStop").append("mode", on ? "off" : "alwaysOn"));
    }

    private static Duration lag(MongoServer server) {
        Document status = server.admin(new Document("replSetGetStatus", 1));
        Date newest = new Date(0);
        Date oldest = new Date(Long.MAX_VALUE);
        for (Document member : status.getList("members", Document.class)) {
            Date applied = member.getDate("lastAppliedWallTime");
            newest = applied.after(newest) ? applied : newest;
            oldest = applied.before(oldest) ? applied : oldest;
        }
        return Duration.between(oldest.toInstant(), newest.toInstant());
    }
}

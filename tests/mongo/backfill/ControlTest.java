package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import migopy.backfill.BackfillContext.StopRequested;
import migopy.backfill.BackfillProgress;
import migopy.backfill.Checkpoints.Control;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.MongoServer;
import support.OnServer;

/** A backfill follows the requests of another terminal. */
@OnServer
class ControlTest {
    private static final long LIMIT_SECONDS = 60;

    @Test
    void aPausedBackfillReportsItWaitsAndResumes(MongoServer server) throws Exception {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        backfills.request(Control.PAUSE);
        CompletableFuture<Long> run = CompletableFuture.supplyAsync(
                () -> backfills.of("users").update(Backfills.addOne()).batch(10).run());
        Eventually.until("it is paused", () -> paused(backfills));
        assertThat(backfills.collection("users").countDocuments(Filters.eq("n", 1)))
                .isZero();

        backfills.request(Control.RUN);

        assertThat(run.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(100);
        assertThat(backfills.notices())
                .containsExactly("The backfill of users is paused by another terminal."
                        + " To resume it: {migopy} backfill resume 7_change");
    }

    @Test
    void aWorkerWhoseBatchEndsDuringAPauseStoresItsCheckpoint(MongoServer server) throws Exception {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 1_000);
        CountDownLatch release = new CountDownLatch(1);
        backfills.afterCheckpoints(() -> {
            if (backfills.progress().size() == 5) {
                backfills.request(Control.PAUSE);
            }
        });
        CompletableFuture<Long> run = CompletableFuture.supplyAsync(() -> backfills
                .of("users")
                .each(one -> addOneAfter(one, release))
                .batch(10)
                .parallel(2)
                .run());
        Eventually.until("it is paused", () -> paused(backfills));
        long done = BackfillProgress.of(backfills.checkpoint()).done();

        release.countDown();

        Eventually.until(
                "the other worker's checkpoint is stored",
                () -> BackfillProgress.of(backfills.checkpoint()).done() == done + 10);
        backfills.request(Control.RUN);
        assertThat(run.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(1_000);
        assertThat(backfills.notOnce("users")).isEmpty();
    }

    /** The first document waits. */
    private static Bson addOneAfter(Document document, CountDownLatch release) {
        try {
            if (document.getInteger("_id") == 0) {
                release.await();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return Updates.inc("n", 1);
    }

    private static boolean paused(Backfills backfills) {
        return backfills.checkpoint() != null
                && BackfillProgress.of(backfills.checkpoint()).phase() == BackfillProgress.Phase.PAUSED;
    }

    @Test
    void aBackfillKilledInAPauseIsNoLongerPausedWhenItContinues(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        backfills.request(Control.PAUSE);
        backfills.lease(() -> {
            if (paused(backfills)) {
                throw new StopRequested("SIGTERM");
            }
        });
        assertThatThrownBy(
                        () -> backfills.of("users").update(Backfills.addOne()).run())
                .isInstanceOf(StopRequested.class);
        assertThat(paused(backfills)).isTrue();

        backfills.request(Control.RUN);
        backfills.lease(() -> {});
        backfills.afterCheckpoints(() -> assertThat(paused(backfills)).isFalse());

        assertThat(backfills.of("users").update(Backfills.addOne()).run()).isEqualTo(100);
    }

    @Test
    void aCancelTakesEffectWhileTheBackfillWaitsForItsRate(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 1_000);
        CompletableFuture<Long> run = CompletableFuture.supplyAsync(() -> backfills
                .of("users")
                .update(Backfills.addOne())
                .batch(500)
                .maxRate(1)
                .run());
        Eventually.until("it waits", () -> backfills.notOnce("users").size() < 1_000);

        backfills.request(Control.CANCEL);

        assertThat(run)
                .failsWithin(Duration.ofSeconds(LIMIT_SECONDS))
                .withThrowableThat()
                .withMessageContaining("cancelled from another terminal after ");
    }

    @Test
    void aCancelledBackfillFailsAndKeepsItsCheckpoint(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        backfills.afterCheckpoints(() -> {
            if (backfills.progress().size() == 4) {
                backfills.request(Control.CANCEL);
            }
        });

        assertThatThrownBy(() -> backfills
                        .of("users")
                        .each(one -> Updates.inc("n", 1))
                        .batch(10)
                        .run())
                .hasMessageContaining("cancelled from another terminal");
        assertThat(BackfillProgress.of(backfills.checkpoint()).done()).isBetween(10L, 90L);
    }
}

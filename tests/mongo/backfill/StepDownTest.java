package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import migopy.backfill.Backfill;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** The primary steps down during a backfill, which continues after the election. */
@OnServer
class StepDownTest {
    private static final long LIMIT_SECONDS = 120;
    private static final int DOCUMENTS = 30_000;

    @Test
    void updateContinuesAndChangesEachDocumentOnce(@On(Kind.OWN) MongoServer server) throws Exception {
        steppedDownIn(server, backfill -> backfill.update(Backfills.addOne()).batch(500));
    }

    @Test
    void eachContinuesAndChangesEachDocumentOnce(@On(Kind.OWN) MongoServer server) throws Exception {
        steppedDownIn(
                server, backfill -> backfill.each(one -> Updates.inc("n", 1)).batch(500));
    }

    @Test
    void onceContinuesAndChangesEachDocumentOnce(@On(Kind.OWN) MongoServer server) throws Exception {
        steppedDownIn(
                server,
                backfill -> backfill.each(one -> Updates.inc("n", 1)).batch(500).once());
    }

    @Test
    void aBatchThatLosesItsConnectionIsRepeated(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 1_000);
        server.failing("users", "update").times(3).closingTheConnection();

        backfills.of("users").update(Backfills.addOne()).batch(100).run();

        assertThat(backfills.notOnce("users")).isEmpty();
    }

    @Test
    void aBatchThatTakesTooLongIsRepeatedWithFewerDocuments(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 1_000);
        server.failing("users", "update").times(1).withError(50);

        backfills.of("users").update(Backfills.addOne()).batch(400).run();

        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(backfills.progress()).anyMatch(one -> one.done() == 200);
    }

    private static void steppedDownIn(MongoServer server, UnaryOperator<Backfill> change) throws Exception {
        Backfills backfills = new Backfills(server, server.uriOfSet());
        backfills.fill("users", DOCUMENTS);
        CompletableFuture<Long> run = CompletableFuture.supplyAsync(
                () -> change.apply(backfills.of("users")).run());
        Eventually.until(
                "some documents are changed",
                () -> backfills.collection("users").countDocuments(Filters.eq("n", 1)) > 2_000);

        server.stepDown(2);

        assertThat(run.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(DOCUMENTS);
        Eventually.until(
                "each document is changed once",
                Duration.ofSeconds(LIMIT_SECONDS / 4),
                () -> backfills.notOnce("users").isEmpty());
    }
}

package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import migopy.MigopyException;
import migopy.backfill.Backfill;
import migopy.backfill.BackfillContext;
import migopy.backfill.BackfillContext.StopRequested;
import migopy.backfill.BackfillProgress;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** A backfill continues where it stopped. */
@OnServer
class CheckpointTest {
    @Test
    void aStoppedBackfillContinuesFromItsCheckpoint(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        backfills.stopAfter(4);

        assertThatThrownBy(() -> backfills
                        .of("users")
                        .update(Backfills.addOne())
                        .batch(10)
                        .run())
                .isInstanceOf(StopRequested.class);
        long done = backfills.collection("users").countDocuments(Filters.eq("n", 1));
        assertThat(done).isBetween(10L, 90L);
        assertThat(BackfillProgress.of(backfills.checkpoint()).done()).isEqualTo(done);

        backfills.lease(() -> {});
        long changed =
                backfills.of("users").update(Backfills.addOne()).batch(10).run();

        assertThat(changed).isEqualTo(100);
        assertThat(backfills.notOnce("users")).isEmpty();
    }

    @Test
    void parallelWorkersContinueFromTheirOwnPositions(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 1_000);
        backfills.stopAfter(20);
        assertThatThrownBy(() -> inParallel(backfills)).isInstanceOf(StopRequested.class);

        backfills.lease(() -> {});
        long changed = inParallel(backfills);

        assertThat(changed).isEqualTo(1_000);
        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("migopy-backfill"));
    }

    private static long inParallel(Backfills backfills) {
        return backfills
                .of("users")
                .each(one -> Updates.inc("n", 1))
                .batch(10)
                .parallel(4)
                .run();
    }

    @Test
    void aFinishedBackfillIsNotRepeated(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 30);
        backfills.of("users").update(Backfills.addOne()).run();

        assertThat(backfills.of("users").update(Backfills.addOne()).run()).isEqualTo(30);

        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(BackfillProgress.of(backfills.checkpoint()).phase()).isEqualTo(BackfillProgress.Phase.DONE);
        assertThat(backfills.checkpoint().getArray("segments")).isEmpty();
    }

    @Test
    void aPipelineCanBeAListAsForTheDriver(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 30);
        backfills.of("users").update(List.of(Backfills.addOne())).run();

        assertThat(backfills.of("users").update(Backfills.addOne()).run()).isEqualTo(30);

        assertThat(backfills.notOnce("users")).isEmpty();
    }

    @Test
    void aCheckpointOfAnotherCollectionIsNotUsed(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 30);
        backfills.fill("orders", 20);
        backfills.of("users").update(Backfills.addOne()).run();

        assertThat(backfills.of("orders").update(Backfills.addOne()).run()).isEqualTo(20);

        assertThat(backfills.notOnce("orders")).isEmpty();
    }

    @Test
    void anErrorInABatchFailsTheBackfillWithItsLocation(MongoServer server) {
        Backfills backfills = new Backfills(server);
        for (String name : List.of("users", "people")) {
            backfills.fill(name, 100);
            server.db()
                    .runCommand(new Document("collMod", name).append("validator", Document.parse("{_id: {$ne: 55}}")));
        }

        assertThatThrownBy(() -> backfills
                        .of("users")
                        .each(one -> Updates.inc("n", 1))
                        .batch(10)
                        .run())
                .hasMessageContaining("failed validation")
                .satisfies(thrown -> assertThat(BackfillContext.locationOf(thrown))
                        .isEqualTo("at the document with _id 55, in the batch from _id 50 to _id 60"));
        assertThat(BackfillProgress.of(backfills.checkpoint()).done()).isEqualTo(50);
        assertThatThrownBy(() -> new Backfills(server)
                        .of("people")
                        .update(Backfills.addOne())
                        .batch(10)
                        .run())
                .hasMessageContaining("failed validation");
        backfills.fill("orders", 1);
        assertThatThrownBy(() -> new Backfills(server)
                        .of("orders")
                        .each(CheckpointTest::fail)
                        .run())
                .hasMessage("thrown by the migration")
                .satisfies(e -> assertThat(e.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().startsWith("anErrorInABatch")));
    }

    @Test
    void aValueThatWasEditedInACapturedObjectIsRefused(MongoServer server) {
        List<BiFunction<Backfills, String, Backfill>> captures = List.of(
                CheckpointTest::withArray,
                CheckpointTest::withBuilder,
                CheckpointTest::withCollection,
                CheckpointTest::withSet,
                CheckpointTest::withMap);
        for (BiFunction<Backfills, String, Backfill> capture : captures) {
            server.db().drop();
            Backfills backfills = new Backfills(server);
            backfills.fill("users", 100);
            backfills.stopAfter(4);
            assertThatThrownBy(() -> capture.apply(backfills, "a").run()).isInstanceOf(StopRequested.class);
            backfills.lease(() -> {});

            assertThatThrownBy(() -> capture.apply(backfills, "b").run())
                    .hasMessageContaining("differs from the backfill that stopped");

            assertThat(capture.apply(backfills, "a").run()).isEqualTo(100);
        }
    }

    private static Backfill withArray(Backfills backfills, String value) {
        String[][] box = {{value}, null};
        return backfills.of("users").each(one -> Updates.set("v", box[0][0])).batch(10);
    }

    private static Backfill withBuilder(Backfills backfills, String value) {
        StringBuilder text = new StringBuilder(value);
        return backfills
                .of("users")
                .each(one -> Updates.set("v", text.toString()))
                .batch(10);
    }

    private static Backfill withCollection(Backfills backfills, String value) {
        List<Object> values = new ArrayList<>(List.of(new StringBuilder(value)));
        values.add(values); // contains itself
        return backfills
                .of("users")
                .each(one -> Updates.set("v", values.get(0).toString()))
                .batch(10);
    }

    private static Backfill withSet(Backfills backfills, String value) {
        Set<String> values = new LinkedHashSet<>(List.of("c", value, "d"));
        return backfills.of("users").each(one -> Updates.set("v", values)).batch(10);
    }

    private static Backfill withMap(Backfills backfills, String value) {
        Map<Integer, int[]> values = Map.of(1, new int[] {value.charAt(0)});
        return backfills
                .of("users")
                .each(one -> Updates.set("v", values.get(1)[0]))
                .batch(10);
    }

    @Test
    void theOrderOfACapturedSetMakesNoDifference(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        backfills.stopAfter(4);
        assertThatThrownBy(() -> with(backfills, List.of("a", "b")).run()).isInstanceOf(StopRequested.class);
        backfills.lease(() -> {});

        assertThat(with(backfills, List.of("b", "a")).run()).isEqualTo(100);
    }

    private static Backfill with(Backfills backfills, List<String> order) {
        Set<String> values = new LinkedHashSet<>(order);
        return backfills
                .of("users")
                .each(one -> Updates.set("v", values.size()))
                .batch(10);
    }

    private static Bson fail(Document document) {
        throw new IllegalStateException("thrown by the migration");
    }

    @Test
    void anOvertakenBackfillFailsAndItsTransactionIsUndone(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        AtomicInteger asked = new AtomicInteger();
        backfills.lease(() -> {
            if (asked.incrementAndGet() == 4) {
                backfills.overtake();
            }
        });

        assertThatThrownBy(() -> backfills
                        .of("users")
                        .update(Backfills.addOne())
                        .batch(10)
                        .once()
                        .run())
                .isInstanceOfSatisfying(
                        MigopyException.class, e -> assertThat(e.kind()).isEqualTo(MigopyException.Kind.UNKNOWN));

        long changed = backfills.collection("users").countDocuments(Filters.eq("n", 1));
        assertThat(changed)
                .isEqualTo(BackfillProgress.of(backfills.checkpoint()).done());
    }

    @Test
    void progressReportsWhatIsDoneOfHowMany(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);

        backfills.of("users").update(Backfills.addOne()).batch(25).run();

        assertThat(backfills.progress())
                .extracting(one -> one.done())
                .containsSubsequence(List.of(25L, 50L, 75L, 100L));
        assertThat(backfills.progress()).allMatch(one -> one.total() == 100);
    }
}

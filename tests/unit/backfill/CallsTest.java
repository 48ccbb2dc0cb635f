package unit.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.model.Updates;
import migopy.MigopyException;
import migopy.backfill.Backfill;
import migopy.backfill.BackfillProgress;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;

/** Which calls of a backfill are valid, and what is read from a checkpoint. */
class CallsTest {
    private static Backfill users() {
        return Backfill.of(null, "users");
    }

    @Test
    void aBackfillWithNothingToDoIsRefused() {
        refused(() -> users().run(), "has nothing to do");
        refused(() -> users().update(), "at least one stage");
    }

    @Test
    void aBackfillWithTwoChangesIsRefused() {
        refused(() -> users().delete().each(one -> Updates.inc("n", 1)), "cannot both delete() and each()");
    }

    @Test
    void invalidNumbersAreRefused() {
        refused(() -> users().batch(0), "batch(0)");
        refused(() -> users().batch(100_001), "between 1 and 100000");
        refused(() -> users().maxRate(0), "maxRate(0)");
        refused(() -> users().parallel(0), "parallel(0)");
        refused(() -> users().parallel(65), "between 1 and 64");
    }

    @Test
    void progressIsReadFromACheckpointWithMissingFields() {
        BackfillProgress progress = BackfillProgress.of(
                BsonDocument.parse("{collection: 'users', state: 'paused', done: 5, estimate: 10, rate: 2.5}"));

        assertThat(progress.collection()).isEqualTo("users");
        assertThat(progress.phase()).isEqualTo(BackfillProgress.Phase.PAUSED);
        assertThat(progress.done()).isEqualTo(5);
        assertThat(progress.perSecond()).isEqualTo(2.5);
        assertThat(BackfillProgress.of(new Document().toBsonDocument()).done()).isZero();
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(MigopyException.class).hasMessageContaining(message);
    }
}

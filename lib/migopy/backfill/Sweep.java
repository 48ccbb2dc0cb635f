package migopy.backfill;

import com.mongodb.MongoException;
import java.time.Duration;
import org.bson.BsonValue;

/** Counts, after the walk, what still matches {@code where}. */
final class Sweep {
    /**
     * With an index or in a collection of some million documents one count does; else range by
     * range.
     */
    private static final Duration ONE_COUNT = Duration.ofSeconds(5);

    private final BatchReader target;
    private final Coordinator board;

    Sweep(BatchReader target, Coordinator board) {
        this.target = target;
        this.board = board;
    }

    /** How many documents match. */
    long left() {
        board.mayBegin();
        return Retry.of(board::pause, this::counted);
    }

    private long counted() {
        try {
            return target.count(ONE_COUNT);
        } catch (MongoException e) {
            if (Retry.tooSlow(e)) {
                return byRanges();
            }
            throw e;
        }
    }

    private long byRanges() {
        long found = 0;
        BsonValue from = null;
        do {
            board.mayBegin();
            BsonValue begin = from;
            Range range = Retry.of(
                    board::pause,
                    () -> target.next(null, begin, null, BatchSize.MOST, BatchReader.Read.NOTHING)
                            .range());
            found += Retry.of(board::pause, () -> target.countIn(range));
            from = range.to();
        } while (from != null);
        return found;
    }
}

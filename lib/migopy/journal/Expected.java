package migopy.journal;

import com.mongodb.client.model.Filters;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

/**
 * What a writer saw of a document before it writes: the filter of every write. If the document has
 * changed since, the write matches nothing, and the writer was overtaken.
 *
 * <p>The fence alone would do as long as journal and lock are there. Where both were deleted, the
 * next run starts to count anew, and only its id tells its record from that of the run before.
 *
 * @param field where the state stands: {@code state}, or a fix's {@code outcome}
 * @param state null for a document that is not there, or has no state
 * @param fence null for one that has none
 * @param run the run that wrote it last; null for one that has none, as a fix, whose run is its key
 */
public record Expected(String field, BsonValue key, State state, Long fence, String run) {
    /** A document of the journal. */
    public Expected(BsonValue key, State state, Long fence, String run) {
        this("state", key, state, fence, run);
    }

    /** A migration that the journal does not know yet. */
    public static Expected absent(String name) {
        return new Expected(new BsonString(name), null, null, null);
    }

    /** The document as it was read. */
    public static Expected of(JournalEntry entry) {
        return new Expected(entry.key(), entry.bare() ? null : entry.state(), entry.fence(), entry.run());
    }

    Bson filter() {
        return Filters.and(
                Filters.eq("_id", key),
                is(field, state == null ? null : state.word()),
                is("fence", fence),
                is("run", run));
    }

    private static Bson is(String name, Object value) {
        return value == null ? Filters.exists(name, false) : Filters.eq(name, value);
    }
}

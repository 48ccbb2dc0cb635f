package migopy.journal;

import com.mongodb.client.model.Filters;

import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

/**
 * What a writer saw of a document before it writes: the filter of every write. If the document has
 * changed since, the write matches nothing, and the writer was overtaken.
 *
 * @param field where the state stands: {@code state}, or a fix's {@code outcome}
 * @param state null for a document that is not there, or has no state
 * @param fence null for one that has none
 */
public record Expected(String field, BsonValue key, State state, Long fence) {
    /** A document of the journal. */
    public Expected(BsonValue key, State state, Long fence) {
        this("state", key, state, fence);
    }

    /** A migration that the journal does not know yet. */
    public static Expected absent(String name) {
        return new Expected(new BsonString(name), null, null);
    }

    /** The document as it was read. */
    public static Expected of(JournalEntry entry) {
        return new Expected(entry.key(), entry.bare() ? null : entry.state(), entry.fence());
    }

    Bson filter() {
        return Filters.and(
                Filters.eq("_id", key),
                state == null ? Filters.exists(field, false) : Filters.eq(field, state.word()),
                fence == null ? Filters.exists("fence", false) : Filters.eq("fence", fence));
    }
}

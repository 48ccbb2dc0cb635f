package migopy.backfill;

import org.bson.RawBsonDocument;

import java.util.List;

/**
 * A batch, before it is written.
 *
 * @param visited how many documents lie in the range, whether they match or not
 * @param documents those that match, where the change is made in the client; else empty
 * @param nanos how long it took to find
 * @param whole whether it has as many documents as were asked for, and not fewer for want of them
 */
record Stretch(
        Range range, long visited, List<RawBsonDocument> documents, long nanos, boolean whole) {}

package migopy.backfill;

import org.bson.conversions.Bson;

/**
 * What a migration asked for.
 *
 * @param where which documents, or null for all
 * @param batch documents a batch, or 0: by time
 * @param maxRate documents written a second at most, or 0: no limit
 * @param parallel how many workers
 * @param once whether each batch and its checkpoint are one transaction
 */
record Job(
        String collection,
        Bson where,
        Change change,
        int batch,
        long maxRate,
        int parallel,
        boolean once) {}

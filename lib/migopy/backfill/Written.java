package migopy.backfill;

/**
 * What a batch did.
 *
 * @param matched documents that were written to
 * @param changed documents that are different now, or gone
 */
record Written(long matched, long changed) {}

/**
 * Long data changes in batches that continue after a stop: ranges of {@code _id}, a checkpoint with
 * each batch, batch sizes by time, a throttle.
 *
 * <p>The package is given what stores its checkpoints and what checks the lease as two one-method
 * interfaces, so it depends neither on the journal nor on the lock.
 */
package migopy.backfill;

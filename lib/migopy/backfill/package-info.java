/**
 * Long data changes in batches that go on where they stopped: ranges of {@code _id}, a checkpoint
 * with each batch, a size by time, a throttle.
 *
 * <p>This room is handed what keeps its checkpoints and its "is the lock still ours" as two
 * one-method interfaces, so it knows neither journal nor lock. It may import {@code console},
 * {@code MigopyException} and the driver.
 */
package migopy.backfill;

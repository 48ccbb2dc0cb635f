/**
 * Long data changes in batches that continue after a stop: ranges of {@code _id}, a checkpoint with
 * each batch, batch sizes by time, a throttle.
 *
 * <p>The package is given what stores its checkpoints and what checks the lease as two one-method
 * interfaces, so it depends neither on the journal nor on the lock.
 *
 * <p>{@code Backfill} (the calls) makes a {@code Job}, and {@code BackfillRun} runs it from the checkpoint to
 * the end. {@code BatchReader} reads along {@code _id}, {@code BatchWriter} writes one batch, and {@code
 * Coordinator} is what the workers share: checkpoint, throttle, pause, stop. Each worker has a {@code
 * PartitionWalk}: its partition, and how to write a batch without a transaction. {@code TransactionWorker}
 * commits each batch with its checkpoint; {@code ReadAheadWorker} writes a batch, then its checkpoint, while a
 * second thread reads the next one.
 *
 * <ul>
 *   <li>In the server, on a replica set, without {@code parallel}, batches run in transactions even without
 *       {@code once()}: one wait instead of two, one oplog entry for many documents. The price: another writer
 *       of the same documents waits up to a batch (half a second). A batch that conflicts with one is undone,
 *       halved, written without a transaction, and so are the next 1, 2, 4 ... 64.
 *   <li>The next bound is found by a covered index scan ({@code min}, {@code max}, {@code hint}, {@code skip}).
 *       The last range takes {@code $expr}, because {@code min} without {@code max} leaves out an {@code _id}
 *       that is MaxKey. Updates take a plain {@code $gte}/{@code $lt} if both bounds have the same one of six
 *       types among whose values no other type sorts, else {@code $expr} with {@code $literal}.
 *   <li>A sweep changes the remaining documents only if no changed document was ever seen to match {@code
 *       where} again; each batch is checked for that until one does. Otherwise the sweep only counts. A check
 *       in a transaction does not see other writers' documents. One outside of it does, so the matching {@code
 *       _id}s are read before the batch, and only those count.
 *   <li>A checkpoint is found by what the backfill does ({@code Fingerprint}): collection, kind of change, and
 *       a digest of {@code where} and the change, or its name and the text's checksum. For a function the
 *       digest has the text's checksum, the line that passes it, and the values that it captured (by
 *       reflection, if the driver has a codec for them, and the elements of arrays and collections), so that
 *       the iterations of a loop differ. A backfill that has no checkpoint of its own, but could be an edited
 *       one, is refused: whether to continue or to start over needs a manual decision. A {@code delete()}
 *       starts over.
 *   <li>Rates are reserved before a batch and corrected after it, so that workers which start at the same time
 *       do not each take all of it.
 *   <li>{@code into()} runs in transactions wherever they are supported, since documents that were inserted
 *       twice cannot be recognized.
 *   <li>The checkpoint has the ids of the workers' server sessions. The next run ends them first, because an
 *       open transaction may lock the record.
 *   <li>Transactions get their limit from {@code TransactionOptions.timeout}: for a collection with {@code
 *       withTimeout} the driver rejects any other ("Cannot change the timeoutMS during a transaction").
 *   <li>The location of a failed batch is attached to what was thrown ({@code FailureLocation}), which remains
 *       the migration's own or the server's exception.
 *   <li>Waiting releases the {@code Coordinator}'s monitor, so that other workers can store their checkpoints.
 *       While it waits for a secondary, it writes only every 10 s, since the secondary has to apply that, too.
 *   <li>Whether a collection is sharded is read from {@code config.collections}, with or without a mongos.
 *       Transactions over several shards are used only for {@code once()}. This was tested with such an entry
 *       on a replica set, not with a mongos.
 *   <li>{@code once()} waits longer after each conflict, a minute in all: by then the server has ended a
 *       transaction that a crashed client left open.
 *   <li>The migration's own thread only waits, so that interrupting it breaks no batch.
 * </ul>
 */
package migopy.backfill;

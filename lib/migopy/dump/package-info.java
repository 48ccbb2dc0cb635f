/**
 * Dumps a database into mongodump's folder format and restores it, over the connection that everything else uses.
 *
 * <p>{@link migopy.dump.Dump} writes, {@link migopy.dump.Restore} reads. Documents are copied as
 * raw bytes; options and indexes go through Extended JSON v2. Unlike mongodump, a dump has a manifest beside
 * the database's folder: counts, bytes and checksums, written last. The package does not import {@code lock}:
 * the caller of a restore passes the {@link migopy.dump.Restore.RestoreLock} that it runs under.
 *
 * <p>{@code DumpPass} reads the collections of a {@code Selection} once, in a snapshot or without. {@code
 * CollectionDump} copies one collection: {@code RawReplies} decodes each reply of the server as one value in
 * the driver's own buffer, and {@code WriteBehind} passes its bytes in chunks to a second thread, which
 * computes checksums, compresses and writes.
 *
 * <ul>
 *   <li>The driver's cursor with a codec that consumes a whole batch, not commands by hand: the driver keeps
 *       the cursor on its server, closes it and adds the snapshot. The codec relies on the driver asking for
 *       the elements of an array one by one.
 *   <li>A reply can have 16 MiB whatever its batch size, and the driver pools buffers of each power of two. So
 *       the heap limits the number of replies in flight: 48 MB each, of half of the heap; one at a time with
 *       {@code -Xmx128m}.
 *   <li>A snapshot does not cover the catalog: before MongoDB 7.0 the server resolves a name at the time of the
 *       read, and returns no documents if it is gone. The catalog is listed before and after the snapshot is
 *       taken, until both are equal, and an empty collection is checked again.
 *   <li>Without a snapshot, collections that changed are read again in up to four passes; what still changes is
 *       named.
 *   <li>Metadata stays raw BSON from the catalog to the file, because a document can have a key twice. It is
 *       parsed again and compared; if Extended JSON does not return the same bytes, the BSON is stored too.
 *   <li>An archive is packed from a folder and unpacked into one, at the cost of disk space: there is one way
 *       of dumping, checking and restoring.
 * </ul>
 *
 * <p>Of restores:
 *
 * <ul>
 *   <li><b>Everything is built under temporary names, then swapped.</b> {@code CollectionBuild} fills {@code
 *       migopy_restore.RUN.N}, {@code Swap} replaces the old collections, the journal last. A rename takes a
 *       millisecond, so the database is mixed only briefly, even with thousands of collections. {@code Swap}
 *       needs only the plan and the catalog and can be repeated from any point: an item without its temporary
 *       collection is in place.
 *   <li><b>Time series and {@code system.js} cannot be renamed</b>: they are built under temporary names all
 *       the same, which proves that they can be created, then copied within the database. Views are created
 *       twice for the same reason. All old views are dropped before the first new one is created, because the
 *       server refuses views that contradict each other.
 *   <li><b>The note</b> of a started swap is a field of the lock's document: no restore touches it, every
 *       command that takes the lock reads it, and the token fences it. The plan is a separate document, because
 *       it may be large. {@code status} reads only the journal, so the old journal gets a mark ({@code
 *       migopy_restore}) that makes {@code status} read the lock; so does an empty journal. Older versions of
 *       Migopy refuse the mark.
 *   <li><b>Added documents</b> (without {@code --drop}) need a note only if the journal is among them.
 *   <li><b>Indexes are created in one command, after a refusal one by one</b>, with an explicit simple
 *       collation if the collection has another one: {@code listIndexes} does not report the simple one.
 *       Messages never contain temporary names.
 *   <li><b>Memory</b>: each collection takes a share of {@code MemoryBudget} for its largest document, which
 *       the check has measured.
 * </ul>
 */
package migopy.dump;

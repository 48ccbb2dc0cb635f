/**
 * Dumps a database into mongodump's folder format and restores it, over the connection that everything else uses.
 *
 * <p>{@link migopy.dump.Dump} writes, {@link migopy.dump.Restore} reads. Documents are copied as
 * raw bytes; options and indexes go through Extended JSON v2. Unlike mongodump, a dump has a manifest beside
 * the database's folder: counts, bytes and checksums, written last. The package does not import {@code lock}:
 * the caller of a restore passes the {@link migopy.dump.Restore.RestoreLock} that it runs under.
 */
package migopy.dump;

/**
 * A database to and from mongodump's folder format, over the connection that everything else uses.
 *
 * <p>{@link migopy.dump.Dump} writes, {@link migopy.dump.Restore} reads. Documents are copied as
 * raw bytes; options and indexes go through Extended JSON v2. What mongodump does not have is the
 * manifest beside the database's folder: counts, bytes and checksums, written last. Imports the
 * rooms {@code mongo} and {@code console}, never {@code lock}: who calls a restore hands in {@link
 * migopy.dump.RestoreLock}, under which it is done.
 */
package migopy.dump;

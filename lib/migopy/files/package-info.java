/**
 * The migrations as files: their names and numbers, their texts and checksums, and the way from a
 * text to a class that can be called. Reads the migrations' directory and writes nothing there but
 * what {@code create} makes; all else that it writes lies in the cache directory, where any of it
 * may be deleted at any time.
 *
 * <p>May import {@code console}, {@code MigopyException}, {@code Problem} and {@code Resumable}
 * only.
 */
package migopy.files;

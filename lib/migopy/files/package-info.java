/**
 * Migrations as files: names and numbers, texts and checksums, and from a text to a class that can be
 * called. Writes to the migrations' directory only for {@code create}; everything else is written to
 * the cache directory, where it may be deleted at any time.
 *
 * <p>May import {@code console}, {@code MigopyException}, {@code Problem}, {@code Resumable} and
 * {@code StepReport} only.
 */
package migopy.files;

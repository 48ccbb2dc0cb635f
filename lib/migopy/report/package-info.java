/**
 * What a check has found, and the formats in which it is written: text, JSON, and those of CI services and editors.
 *
 * <p>May import {@code console}, {@code MigopyException}, {@code Problem} and {@code StepReport} only.
 */
package migopy.report;

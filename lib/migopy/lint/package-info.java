/**
 * Rules for the sources of migrations. They read the compiler's syntax trees with their types, while it compiles. What a
 * method outside of the migration's file does is unknown to them. What is planned for the database is kept as plain values
 * ({@code PlannedCall}); {@code lint --database} asks the database about it afterwards, and only reads.
 *
 * <p>May import {@code mongo} for its errors, {@code files}, {@code report}, {@code console}, {@code MigopyException} and
 * {@code Problem} only.
 */
package migopy.lint;

/**
 * Rules for the sources of migrations. They read the compiler's syntax trees with their types, while it compiles: no
 * server and no database is asked. What a method outside of the migration's file does is unknown to them.
 *
 * <p>May import {@code files}, {@code report}, {@code console}, {@code MigopyException} and {@code Problem} only.
 */
package migopy.lint;

/**
 * The journal: one document a migration in the {@code migrations} collection, and nothing else.
 *
 * <p>May import {@code migopy.mongo}, {@code migopy.console}'s values and {@link
 * migopy.MigopyException}. Every write is a plain update by operators that matches the {@code _id},
 * state and fence which the writer saw: nothing from outside is ever read as an expression, and
 * whoever was overtaken matches nothing.
 */
package migopy.journal;

/**
 * The journal: one document a migration in the {@code migrations} collection, and one a fix in {@code
 * migrations_fixes}.
 *
 * <p>Every write is an update by operators that matches the {@code _id}, state, fence and run which the
 * writer read. So a user's text is never evaluated as an expression, and the writes of a run that was
 * overtaken match nothing.
 */
package migopy.journal;

/**
 * The lock: one document, a lease with a fencing token.
 *
 * <p>May import {@code migopy.mongo}, {@code migopy.console}'s values and {@link
 * migopy.MigopyException}. Knows nothing of migrations: a token goes out of here as a number, and
 * becomes the fence of what its owner writes.
 */
package migopy.lock;

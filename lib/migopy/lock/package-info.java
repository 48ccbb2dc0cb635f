/**
 * The lock: one document, which is a lease with a fencing token.
 *
 * <p>It knows nothing of migrations: the token is a number, which becomes the fence of what the lock's owner
 * writes.
 */
package migopy.lock;

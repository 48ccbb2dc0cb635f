/**
 * The embedded database: a JBang script with its own jars, which runs in its own JVM.
 *
 * <p>It imports nothing of Migopy, and nothing imports it: {@code mongo} reads its text as a resource.
 */
package migopy.embedded;

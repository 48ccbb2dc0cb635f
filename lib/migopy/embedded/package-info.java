/**
 * The database for a first try: a JBang script with jars of its own, which runs in a JVM of its
 * own.
 *
 * <p>Imports nothing of Migopy, and nothing of Migopy imports it: {@code mongo} has its text as a
 * resource.
 */
package migopy.embedded;

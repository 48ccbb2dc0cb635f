/**
 * Observes what a migration does with the client, databases and sessions that it is handed: by proxies with a {@link
 * migopy.observe.Handles.Policy}, and by a listener for the commands that are sent.
 *
 * <p>May import {@code migopy.console} and the types in {@code migopy} that import nothing.
 */
package migopy.observe;

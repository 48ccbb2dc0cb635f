/**
 * What a migration does with the client, databases and sessions that it is handed: one set of
 * proxies, each with a {@link migopy.observe.Handles.Policy}, and a listener for the commands that
 * are really sent.
 *
 * <p>May import console and what stands beside it.
 */
package migopy.observe;

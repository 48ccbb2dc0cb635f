/**
 * The journals of other tools: finding and reading them, and registering here what they have applied. Nothing is written to
 * them.
 *
 * <p>May import {@code migopy.run} and what that may import.
 */
package migopy.adopt;

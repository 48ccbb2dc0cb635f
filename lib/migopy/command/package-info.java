/**
 * The command line: what was typed becomes one {@link migopy.command.Action} that asks the rooms
 * behind it and hands an answer to the console.
 *
 * <p>Start-up time shapes it. Settings and the few options of every command are read by hand, and
 * picocli is only asked when more than that was typed, or help is wanted, or the command is the
 * user's own. Only the command that was named is loaded.
 *
 * <p>May import {@code run} and every room behind it.
 */
package migopy.command;

/**
 * The command line: the arguments become one {@link migopy.command.Action}, which calls the packages below and hands
 * an answer to the console.
 *
 * <p>It is shaped by start-up time. Settings and the few common options are parsed by hand; picocli is loaded only
 * for other options, help and custom tasks. Only the class of the named command is loaded.
 *
 * <p>May import {@code run} and every package below it.
 */
package migopy.command;

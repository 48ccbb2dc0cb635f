package migopy.command;

/**
 * A command. Its options and parameters are annotated for picocli; their initial values are the defaults, because
 * picocli is not loaded when no option was typed. {@link Commands} lists them.
 */
public interface Action {
    /**
     * Runs the command and prints its answer.
     *
     * @return the exit code (docs/reference.md)
     * @throws Exception {@code MigopyException} for the user; anything else is a bug
     */
    int run(Session session) throws Exception;
}

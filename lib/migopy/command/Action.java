package migopy.command;

/**
 * One command. Its options and names are annotated for picocli and hold their defaults as they are
 * initialised, because picocli is not asked when none was typed. Found by {@link Commands}.
 */
public interface Action {
    /**
     * Does it, and gives its answer to the session's console.
     *
     * @return the exit code of CONTRACT, section 3
     * @throws Exception {@code MigopyException} for what a person has to know; anything else is a
     *     fault of ours
     */
    int run(Session session) throws Exception;
}

package migopy.console;

/** How a command answers. */
public enum Format {
    WORDS,
    JSON
}

package migopy.console;

/** The form of an answer. */
public enum Format {
    WORDS,
    JSON,
    /** JSON, and progress as JSON lines to standard error. */
    JSON_AND_PROGRESS;

    /** Whether it is a program that reads the answer. */
    public boolean json() {
        return this != WORDS;
    }
}

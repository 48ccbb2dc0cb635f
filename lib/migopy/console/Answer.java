package migopy.console;

import org.bson.Document;

/** The result of a command: plain values, printed as text or as one JSON document. */
public interface Answer {
    /** Prints it as text. */
    void words(Words out);

    /**
     * Returns the document that {@code --json} prints. Times in it are {@code Instant} or {@code Date}, printed in
     * ISO 8601 with Z.
     */
    Document json();

    /** Returns whether the command failed, so that its text goes to standard error. */
    default boolean isError() {
        return false;
    }
}

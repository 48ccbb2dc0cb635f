package migopy.console;

import org.bson.Document;

/**
 * What a command found or did: plain values, told to a person in words or to a program as one JSON
 * document.
 */
public interface Answer {
    /** Says it to a person. */
    void words(Words out);

    /**
     * The one document that {@code --json} prints; times in it are {@code Instant}s or {@code
     * Date}s and are written as ISO 8601 with Z.
     */
    Document json();

    /** Whether the command failed to do its work, so that its words go to standard error. */
    default boolean isError() {
        return false;
    }
}

package migopy.console;

import org.bson.Document;

/**
 * What a command found or did: plain values, told to a person in words or to a program as one JSON
 * document.
 */
public interface Answer {
    /** Says it to a person. */
    void words(Words out);

    /** The one document that {@code --json} prints; times are {@link java.util.Date}s. */
    Document json();
}

package migopy.dump;

import java.util.Optional;
import org.bson.BsonDocument;

/** What a restore needs of the lock that it is done under, and of the record kept beside it. */
public interface RestoreLock {
    /**
     * A restore that started to replace collections and did not finish.
     *
     * @param plan see {@link RestoreItem#plan}; null if it is gone
     */
    record Unfinished(String run, String folder, String wayOn, BsonDocument plan) {}

    /** The restore that has to be finished or superseded; empty if there is none. */
    Optional<Unfinished> unfinished();

    /**
     * Makes sure that the lock is held.
     *
     * @throws migopy.MigopyException unknown, if it was lost
     */
    void ensureHeld();

    /** Ends what a dead run still does in the server. */
    void endOperationsOf(String run);

    /**
     * Records durably that from now on collections are replaced, so that every other command
     * refuses.
     *
     * @param wayOn the arguments of the command that finishes it
     * @param plan see {@link Unfinished}
     */
    void begin(String folder, String wayOn, BsonDocument plan);

    /**
     * Is called for each collection that exists and is going to be replaced, or filled in its
     * place: if it is the journal, it is marked.
     */
    void filling(String collection);

    /** Records that all collections are in place. */
    void end();
}

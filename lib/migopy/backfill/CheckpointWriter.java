package migopy.backfill;

import com.mongodb.client.ClientSession;
import org.bson.BsonDocument;

/** Keeps a backfill's checkpoint with its migration's record. */
@FunctionalInterface
public interface CheckpointWriter {
    /**
     * Writes the checkpoint with a majority write that matches the run's fence.
     *
     * @param checkpoint where the backfill stands; replaces the one before it
     * @param session the session whose transaction the write belongs to, or null for a write of its
     *     own
     * @return what another terminal asks for
     * @throws migopy.MigopyException kind unknown, when another run has taken over
     */
    Control write(BsonDocument checkpoint, ClientSession session);
}

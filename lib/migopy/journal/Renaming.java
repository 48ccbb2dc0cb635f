package migopy.journal;

import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * A record that moves to the new name of its migration, with its history.
 *
 * @param from the document under the old name, as it was read
 * @param to what the new name has: nothing, or what was rolled back under it earlier
 * @param oldName the old name, without {@code .java}
 * @param fileName the new file's name, with {@code .java}
 * @param number the new file's number
 * @param fence the token of the lock's owner
 * @param repair the attempt that records the renaming itself
 */
public record Renaming(
        Expected from, Expected to, String oldName, String fileName, long number, long fence, Attempt repair) {

    /** The document under the new name. */
    BsonDocument document(BsonDocument old, BsonDocument earlier) {
        BsonDocument moved = old.clone();
        moved.put("_id", to.key());
        moved.put("name", new BsonString(fileName));
        moved.put("number", new BsonInt64(number));
        moved.put("fence", new BsonInt64(fence));
        moved.put("renamedFrom", new BsonString(oldName));
        moved.remove("fileGone");
        BsonArray attempts = new BsonArray();
        attempts.addAll(attempts(earlier));
        attempts.addAll(attempts(old));
        attempts.add(repair.toDocument().toBsonDocument());
        int more = Math.max(0, attempts.size() - Attempt.KEPT);
        moved.put("attempts", new BsonArray(attempts.subList(more, attempts.size())));
        return moved;
    }

    private static List<BsonValue> attempts(BsonDocument document) {
        return document != null && document.isArray("attempts") ? document.getArray("attempts") : List.of();
    }
}

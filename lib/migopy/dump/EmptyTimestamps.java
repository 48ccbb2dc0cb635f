package migopy.dump;

import org.bson.BsonBinaryReader;
import org.bson.BsonType;
import org.bson.RawBsonDocument;
import org.bson.io.ByteBufferBsonInput;

/** Whether a document has {@code Timestamp(0, 0)} as a field of its own, {@code _id} aside. */
final class EmptyTimestamps {
    private static final int ZEROS = Long.BYTES;

    private EmptyTimestamps() {}

    static boolean in(RawBsonDocument document) {
        if (!mayBeIn(document)) {
            return false;
        }
        try (BsonBinaryReader reader = new BsonBinaryReader(new ByteBufferBsonInput(document.getByteBuffer()))) {
            boolean id = false;
            boolean empty = false;
            reader.readStartDocument();
            while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
                boolean isId = reader.readName().equals("_id");
                id |= isId;
                if (reader.getCurrentBsonType() == BsonType.TIMESTAMP) {
                    empty |= reader.readTimestamp().getValue() == 0 && !isId;
                } else {
                    reader.skipValue();
                }
            }
            return id && empty;
        }
    }

    /**
     * A quick look: a timestamp's type, anywhere, and eight zeros, anywhere. Most documents have
     * not both.
     */
    private static boolean mayBeIn(RawBsonDocument document) {
        byte[] bytes = document.getBackingArray();
        int end = document.getByteOffset() + document.getByteLength();
        int zeros = 0;
        boolean type = false;
        for (int i = document.getByteOffset() + Integer.BYTES; i < end; i++) {
            type |= bytes[i] == 0x11;
            zeros = bytes[i] == 0 ? zeros + 1 : 0;
            if (type && zeros >= ZEROS) {
                return true;
            }
        }
        return false;
    }
}

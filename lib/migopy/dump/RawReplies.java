package migopy.dump;

import org.bson.BsonBinaryReader;
import org.bson.BsonReader;
import org.bson.BsonSerializationException;
import org.bson.BsonWriter;
import org.bson.codecs.Codec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.bson.io.BsonInput;
import org.bson.io.BsonInputMark;

/**
 * Decodes the batch of a find or getMore reply as one value: passes the documents to a target as
 * they are in the driver's buffer, without an object for each.
 *
 * <p>The driver asks a codec for one element of the batch's array at a time. This one consumes all
 * that follow as well, so that the driver sees an array of one element.
 */
final class RawReplies implements Codec<RawReplies.Batch> {
    private static final byte DOCUMENT = 0x03;
    private static final byte END = 0x00;

    private final Target target;

    /** Where documents go; called once for each of them. */
    interface Target {
        void write(byte[] bytes, int offset, int length);
    }

    /** What one reply contained. */
    record Batch(int documents) {}

    RawReplies(Target target) {
        this.target = target;
    }

    @Override
    public Batch decode(BsonReader reader, DecoderContext context) {
        BsonInput input = ((BsonBinaryReader) reader).getBsonInput();
        int remaining = input.getRemaining();
        BsonInputMark start = input.getMark(remaining);
        Elements elements = new Elements();
        input.pipe(elements, remaining); // hands over the buffer's own array
        start.reset();
        input.skip(elements.last);
        reader.skipValue(); // leaves the reader after the last one, in the state it expects
        return new Batch(elements.count);
    }

    @Override
    public void encode(BsonWriter writer, Batch value, EncoderContext context) {
        throw new UnsupportedOperationException("batches are only read");
    }

    @Override
    public Class<Batch> getEncoderClass() {
        return Batch.class;
    }

    /** Walks along the elements of a BSON array, from inside its first one. */
    private final class Elements extends BasicOutputBuffer {
        private int count;
        private int last;

        Elements() {
            super(0);
        }

        @Override
        public void writeBytes(byte[] reply, int offset, int length) {
            int end = offset + length;
            int at = offset;
            do {
                last = at - offset;
                at = next(reply, at, end);
            } while (at > 0);
        }

        /**
         * Passes on the document at {@code at}; returns where the next one starts, or 0 after the
         * last. A method of its own, since a cold JVM compiles it long before the loop.
         */
        private int next(byte[] reply, int at, int end) {
            int size = end - at < Integer.BYTES ? 0 : BsonCheck.littleEndian(reply, at);
            if (size < BsonCheck.SHORTEST
                    || size >= end - at
                    || size > BsonCheck.LONGEST
                    || reply[at + size - 1] != END) {
                throw damaged("a document of length " + size);
            }
            target.write(reply, at, size);
            count++;
            int name = at + size + 1;
            byte type = reply[name - 1];
            if (type == END) {
                return 0;
            }
            if (type != DOCUMENT) {
                throw damaged("an element of type " + type);
            }
            while (name < end && reply[name] != END) {
                name++;
            }
            return name + 1;
        }

        private BsonSerializationException damaged(String what) {
            return new BsonSerializationException("The server's reply contains " + what);
        }
    }
}

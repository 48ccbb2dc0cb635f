package migopy.dump;

/**
 * Checks that bytes are exactly one valid BSON document: every length, type and terminator, down to the last
 * field.
 *
 * <p>Text need not be UTF-8: the server stores other text too, which must be restored unchanged.
 */
final class BsonCheck {
    /**
     * The server nests at most 200 deep by default (its {@code maxBSONDepth}); servers can be configured to
     * nest deeper.
     */
    static final int MOST_NESTED = 260;

    /** The server's limit of 16 MiB for a document, and the 16 KiB that it adds internally. */
    static final int LONGEST = 16 * 1024 * 1024 + 16 * 1024;

    /** An empty document: four bytes of length and a terminator. */
    static final int SHORTEST = 5;

    private static final int OBJECT_ID = 12;
    private static final int DECIMAL = 16;

    private final byte[] bytes;
    private int at;

    private BsonCheck(byte[] bytes) {
        this.bytes = bytes;
    }

    /** What is wrong in a document, and at which offset from its start. */
    static final class Damage extends Exception {
        private static final long serialVersionUID = 1L;

        private final int offset;

        Damage(int offset, String message) {
            super(message, null, false, false);
            this.offset = offset;
        }

        int offset() {
            return offset;
        }
    }

    /** Returns if {@code bytes} are exactly one valid document. */
    static void check(byte[] bytes) throws Damage {
        BsonCheck check = new BsonCheck(bytes);
        check.document(bytes.length, 0);
        if (check.at != bytes.length) {
            throw new Damage(check.at, "bytes after the end of the document");
        }
    }

    private void document(int limit, int depth) throws Damage {
        int start = at;
        if (depth > MOST_NESTED) {
            throw new Damage(start, "nested deeper than " + MOST_NESTED + " levels");
        }
        int length = int32(limit);
        if (length < SHORTEST || length > limit - start) {
            throw new Damage(start, "a document of length " + length);
        }
        int end = start + length;
        while (true) {
            if (at >= end) {
                throw new Damage(at, "a document without a terminator");
            }
            byte type = bytes[at++];
            if (type == 0) {
                break;
            }
            int typeAt = at - 1;
            cstring(end - 1);
            value(type, typeAt, end - 1, depth);
        }
        if (at != end) {
            throw new Damage(at - 1, "a document that ends before its length");
        }
    }

    private void value(byte type, int typeAt, int limit, int depth) throws Damage {
        switch (type) {
            case 0x01, 0x09, 0x11, 0x12 -> skip(Long.BYTES, limit);
            case 0x02, 0x0D, 0x0E -> string(limit);
            case 0x03, 0x04 -> document(limit, depth + 1);
            case 0x05 -> binary(limit);
            case 0x06, 0x0A, (byte) 0xFF, 0x7F -> {}
            case 0x07 -> skip(OBJECT_ID, limit);
            case 0x08 -> bool(limit);
            case 0x0B -> {
                cstring(limit);
                cstring(limit);
            }
            case 0x0C -> {
                string(limit);
                skip(OBJECT_ID, limit);
            }
            case 0x0F -> codeWithScope(limit, depth);
            case 0x10 -> skip(Integer.BYTES, limit);
            case 0x13 -> skip(DECIMAL, limit);
            default -> throw new Damage(typeAt, "an unknown type: 0x%02x".formatted(type & 0xff));
        }
    }

    private void bool(int limit) throws Damage {
        skip(1, limit);
        if (bytes[at - 1] != 0 && bytes[at - 1] != 1) {
            throw new Damage(at - 1, "neither true nor false");
        }
    }

    private void string(int limit) throws Damage {
        int start = at;
        int length = int32(limit);
        if (length < 1 || length > limit - at) {
            throw new Damage(start, "a text of length " + length);
        }
        at += length;
        if (bytes[at - 1] != 0) {
            throw new Damage(at - 1, "a text without a terminator");
        }
    }

    private void binary(int limit) throws Damage {
        int start = at;
        int length = int32(limit);
        if (length < 0 || length > limit - at - 1) {
            throw new Damage(start, "a binary of length " + length);
        }
        byte subtype = bytes[at++];
        // The old subtype repeats the length inside.
        if (subtype == 2 && (length < Integer.BYTES || peek(at) != length - Integer.BYTES)) {
            throw new Damage(at, "a binary of subtype 2 with another length inside");
        }
        at += length;
    }

    private void codeWithScope(int limit, int depth) throws Damage {
        int start = at;
        int length = int32(limit);
        if (length < Integer.BYTES || length > limit - start) {
            throw new Damage(start, "a code of length " + length);
        }
        int end = start + length;
        string(end);
        document(end, depth + 1);
        if (at != end) {
            throw new Damage(start, "a code of length " + length);
        }
    }

    private void cstring(int limit) throws Damage {
        int start = at;
        while (at < limit && bytes[at] != 0) {
            at++;
        }
        if (at >= limit) {
            throw new Damage(start, "a name without a terminator");
        }
        at++;
    }

    private void skip(int count, int limit) throws Damage {
        if (count > limit - at) {
            throw new Damage(at, "a truncated value");
        }
        at += count;
    }

    private int int32(int limit) throws Damage {
        int start = at;
        skip(Integer.BYTES, limit);
        return peek(start);
    }

    private int peek(int i) {
        return littleEndian(bytes, i);
    }

    /** Returns the 32-bit number at {@code i}, in BSON's byte order. */
    static int littleEndian(byte[] bytes, int i) {
        return bytes[i] & 0xff | (bytes[i + 1] & 0xff) << 8 | (bytes[i + 2] & 0xff) << 16 | (bytes[i + 3] & 0xff) << 24;
    }
}

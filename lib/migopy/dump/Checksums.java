package migopy.dump;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The length and the sha256 of a file, and a short checksum of each block, which locates damage that leaves
 * every document valid BSON.
 */
final class Checksums {
    /** Small enough to inspect, large enough that a file of a terabyte has only a quarter of a million blocks. */
    static final int BLOCK = 4 << 20;

    private final MessageDigest sha256 = sha256();
    private final CRC32C crc = new CRC32C();
    private final List<String> blocks = new ArrayList<>();
    private long bytes;
    private String hash;

    void update(byte[] buffer, int offset, int length) {
        sha256.update(buffer, offset, length);
        int done = 0;
        while (done < length) {
            int rest = BLOCK - (int) (bytes % BLOCK);
            int part = Math.min(rest, length - done);
            crc.update(buffer, offset + done, part);
            done += part;
            bytes += part;
            if (part == rest) {
                endBlock();
            }
        }
    }

    long bytes() {
        return bytes;
    }

    /** Returns the sha256 in lower-case hexadecimal digits; nothing can be added afterwards. */
    String hash() {
        if (hash == null) {
            hash = HexFormat.of().formatHex(sha256.digest());
            if (bytes % BLOCK != 0) {
                endBlock();
            }
        }
        return hash;
    }

    /** Returns the CRC-32C of each {@link #BLOCK} bytes, the last one shorter; call {@link #hash} first. */
    List<String> blocks() {
        return List.copyOf(blocks);
    }

    private void endBlock() {
        blocks.add("%08x".formatted(crc.getValue()));
        crc.reset();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The checksum of an archive's collections: CRC-64 with the polynomial of ECMA-182, reflected. */
    static final class Crc64 {
        private static final long POLYNOMIAL = 0xC96C5795D7870F42L;
        private static final long[] TABLE = table();

        private long crc = -1;

        void update(byte[] bytes, int offset, int length) {
            long value = crc;
            for (int i = offset; i < offset + length; i++) {
                value = TABLE[(int) (value ^ bytes[i]) & 0xff] ^ value >>> 8;
            }
            crc = value;
        }

        long value() {
            return ~crc;
        }

        private static long[] table() {
            long[] table = new long[256];
            for (int i = 0; i < table.length; i++) {
                long value = i;
                for (int bit = 0; bit < Byte.SIZE; bit++) {
                    value = value >>> 1 ^ ((value & 1) == 0 ? 0 : POLYNOMIAL);
                }
                table[i] = value;
            }
            return table;
        }
    }
}

package migopy.run;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps the last bytes that were written to it, whatever their number. */
final class TailBuffer extends OutputStream {
    private final byte[] ring;
    private long written;

    TailBuffer(int limit) {
        this.ring = new byte[limit];
    }

    @Override
    public synchronized void write(int value) {
        ring[(int) (written++ % ring.length)] = (byte) value;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        int kept = Math.min(length, ring.length);
        int from = offset + length - kept;
        written += length - kept;
        int at = (int) (written % ring.length);
        int first = Math.min(kept, ring.length - at);
        System.arraycopy(bytes, from, ring, at, first);
        System.arraycopy(bytes, from + first, ring, 0, kept - first);
        written += kept;
    }

    synchronized void clear() {
        written = 0;
    }

    /** The text, from its first whole character on. */
    synchronized String text() {
        int length = (int) Math.min(written, ring.length);
        byte[] bytes = new byte[length];
        int at = (int) ((written - length) % ring.length);
        int first = Math.min(length, ring.length - at);
        System.arraycopy(ring, at, bytes, 0, first);
        System.arraycopy(ring, 0, bytes, first, length - first);
        int start = 0;
        while (written > length && start < length && (bytes[start] & 0xC0) == 0x80) {
            start++; // the rest of a character whose beginning is gone
        }
        return new String(bytes, start, length - start, StandardCharsets.UTF_8);
    }
}

package migopy.settings;

import java.io.IOException;
import java.io.OutputStream;

/** See {@link Redactor#over}. */
public final class RedactingStream extends OutputStream {
    /** How many bytes are joined to waiting ones at a time. */
    private static final int JOIN = 8192;

    private final OutputStream target;
    private final ByteMatcher matcher;
    private final byte[] joined;
    private int waiting;

    RedactingStream(OutputStream target, ByteMatcher matcher) {
        this.target = target;
        this.matcher = matcher;
        this.joined = new byte[matcher.empty() ? 0 : matcher.longestWait() + JOIN];
    }

    @Override
    public synchronized void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        if (matcher.empty()) {
            target.write(bytes, offset, length);
            return;
        }
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (waiting == 0) {
                pass(bytes, at, end, false);
                return;
            }
            int part = Math.min(end - at, JOIN);
            System.arraycopy(bytes, at, joined, waiting, part);
            at += part;
            int filled = waiting + part;
            waiting = 0;
            pass(joined, 0, filled, false);
        }
    }

    /** Flushes the target; what may be the start of a secret keeps waiting. */
    @Override
    public synchronized void flush() throws IOException {
        target.flush();
    }

    /** Writes the waiting bytes, since nothing follows, and flushes the target. */
    public synchronized void finish() throws IOException {
        int filled = waiting;
        waiting = 0;
        if (filled > 0) {
            pass(joined, 0, filled, true);
        }
        target.flush();
    }

    /** Finishes and closes the target. */
    @Override
    public synchronized void close() throws IOException {
        try (target) {
            finish();
        }
    }

    private void pass(byte[] bytes, int from, int to, boolean last) throws IOException {
        int at = from;
        for (ByteMatcher.Match found = matcher.find(bytes, at, to, last);
                found != null;
                found = matcher.find(bytes, at, to, last)) {
            target.write(bytes, at, found.at() - at);
            if (found.cutOff()) {
                System.arraycopy(bytes, found.at(), joined, 0, found.length());
                waiting = found.length();
                return;
            }
            target.write(found.replacement());
            at = found.at() + found.length();
        }
        target.write(bytes, at, to - at);
    }
}

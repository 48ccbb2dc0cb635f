package migopy.run;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import migopy.console.Console;
import migopy.settings.RedactingStream;
import migopy.settings.Redactor;

/**
 * Captures the output of a migration, a hook or a task: it is shown at once, without secrets, and the last of a
 * migration's output is kept for the journal. Closing {@code System.out} in a migration has no effect.
 */
public final class OutputCapture implements AutoCloseable {
    /** What the journal keeps, in bytes of UTF-8. */
    private static final int KEPT = 64 * 1024;

    private final TailBuffer tail = new TailBuffer(KEPT);
    private final PrintStream systemOut = System.out;
    private final PrintStream systemErr = System.err;
    private final RedactingStream out;
    private final RedactingStream err;
    private final PrintStream printedOut;
    private final PrintStream printedErr;

    private OutputCapture(PrintStream out, PrintStream err, Redactor redactor) {
        this.out = redactor.over(new Tee(out, tail));
        this.err = redactor.over(new Tee(err, tail));
        this.printedOut = unclosable(this.out);
        this.printedErr = unclosable(this.err);
        install();
    }

    /** Replaces {@code System.out} and {@code System.err} until it is closed. */
    public static OutputCapture start(PrintStream out, PrintStream err, Redactor redactor) {
        return new OutputCapture(out, err, redactor);
    }

    /** The same, with the streams of this console for the output of user code. */
    public static OutputCapture start(Console console, Redactor redactor) {
        return start(console.migrationOutput(), console.migrationErrors(), redactor);
    }

    private static PrintStream unclosable(OutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8) {
            @Override
            public void close() {
                flush();
            }
        };
    }

    private void install() {
        System.setOut(printedOut);
        System.setErr(printedErr);
    }

    /** Discards the output so far, and replaces both streams again: user code may have replaced them. */
    public void restart() {
        install();
        tail.clear();
    }

    /** Returns the last 64 kB that were printed since {@link #restart}. */
    public String text() {
        try {
            out.finish();
            err.finish();
        } catch (IOException e) {
            return tail.text() + "\n[the rest could not be written: " + e.getMessage() + "]";
        }
        return tail.text();
    }

    @Override
    public void close() {
        printedOut.flush();
        printedErr.flush();
        text();
        System.setOut(systemOut);
        System.setErr(systemErr);
    }

    /** To the screen and to the tail. */
    private static final class Tee extends OutputStream {
        private final PrintStream screen;
        private final TailBuffer tail;

        Tee(PrintStream screen, TailBuffer tail) {
            this.screen = screen;
            this.tail = tail;
        }

        @Override
        public void write(int value) {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            tail.write(bytes, offset, length);
            screen.write(bytes, offset, length);
        }

        @Override
        public void flush() {
            screen.flush();
        }
    }

    /** Keeps the last bytes that were written to it. */
    static final class TailBuffer extends OutputStream {
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

        /** Returns the text, from its first complete character. */
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
}

package migopy.run;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import migopy.console.Console;
import migopy.settings.RedactingStream;
import migopy.settings.Redactor;

/**
 * What a migration, a hook or a task prints: it goes on to the screen as it comes, without secrets,
 * and the last of a migration's is kept for the journal. Closing {@code System.out} in a migration
 * closes nothing.
 */
public final class OutputCapture implements AutoCloseable {
    /** The journal keeps that much, as UTF-8 (CONTRACT, section 4). */
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

    /** Takes {@code System.out} and {@code System.err} over, until it is closed. */
    public static OutputCapture start(PrintStream out, PrintStream err, Redactor redactor) {
        return new OutputCapture(out, err, redactor);
    }

    /**
     * The same for all code that is not Migopy's own: to where a migration's output goes on this
     * console.
     */
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

    /** Forgets what was printed so far, and takes both over again: code may have replaced them. */
    public void begin() {
        install();
        tail.clear();
    }

    /** The last 64 kB that were printed since {@link #begin}. */
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
}

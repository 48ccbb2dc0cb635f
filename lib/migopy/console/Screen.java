package migopy.console;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard output and standard error as one surface, as on a terminal: lines are printed above the live line, and
 * never after an unfinished line of a migration. Thread-safe.
 */
final class Screen {
    private static final String ERASE = "\r\033[K";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean canDraw;

    /** The current live line; empty if there is none. */
    private String live = "";

    /** Whether the migration's output ended without a line break. */
    private boolean halfLine;

    Screen(PrintStream out, PrintStream err, boolean canDraw) {
        this.out = out;
        this.err = err;
        this.canDraw = canDraw;
    }

    /** Prints whole lines to standard output. */
    void result(String lines) {
        print(out, lines);
    }

    /** Returns whether everything could be written to standard output. */
    boolean isWritten() {
        return !out.checkError();
    }

    /** Prints whole lines to standard error. */
    void aside(String lines) {
        print(err, lines);
    }

    private synchronized void print(PrintStream stream, String lines) {
        erase();
        if (halfLine) {
            halfLine = false;
            stream.println();
        }
        stream.print(lines);
        stream.flush();
        draw();
    }

    /** Replaces the live line; an empty text removes it. */
    synchronized void live(String text) {
        if (!canDraw || halfLine) {
            live = canDraw ? text : "";
            return;
        }
        if (text.isEmpty()) {
            erase();
        }
        live = text;
        draw();
    }

    private void erase() {
        if (!live.isEmpty() && !halfLine) {
            err.print(ERASE);
            err.flush();
        }
    }

    private void draw() {
        if (!live.isEmpty() && !halfLine) {
            err.print(ERASE + live);
            err.flush();
        }
    }

    /** Returns a stream for a migration's output, to standard output or standard error. Closing it has no effect. */
    PrintStream output(boolean toStandardError) {
        return new PrintStream(new Output(toStandardError ? err : out), true, StandardCharsets.UTF_8);
    }

    private final class Output extends OutputStream {
        private final PrintStream stream;

        Output(PrintStream stream) {
            this.stream = stream;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (length == 0) {
                return;
            }
            synchronized (Screen.this) {
                erase();
                stream.write(bytes, offset, length);
                halfLine = bytes[offset + length - 1] != '\n';
                if (!live.isEmpty()) {
                    stream.flush();
                    draw();
                }
            }
        }

        @Override
        public void flush() {
            stream.flush();
        }
    }
}

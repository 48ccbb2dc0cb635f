package migopy.command;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Reserves standard output for the JSON answer: a migration's child process inherits descriptor 1, and its output
 * must not get into the answer.
 */
final class AnswerStream {
    /** Set where the launcher has redirected descriptor 1 to standard error; the answer goes to descriptor 0. */
    private static final String PROPERTY = "migopy.answer";

    private static final String MOVED_INPUT = "/dev/fd/3";

    /** Ignores signals, which reach the whole process group: the answer to a signal has to get out. */
    private static final String PASS_ON = "trap '' HUP INT TERM; exec cat";

    /** How long the answer's reader may take. */
    private static final long LIMIT_SECONDS = 60;

    private AnswerStream() {}

    /** Returns whether the launcher has moved standard output. */
    static boolean isMoved() {
        return "0".equals(System.getProperty(PROPERTY));
    }

    /** Returns the standard output that the launcher has moved, and redirects System.out to standard error. */
    static PrintStream moved() {
        try {
            System.setIn(new FileInputStream(MOVED_INPUT));
        } catch (FileNotFoundException e) {
            System.setIn(InputStream.nullInputStream()); // closed, or a socket
        }
        System.setOut(System.err);
        return printing(new FileOutputStream(FileDescriptor.in));
    }

    /**
     * Hands standard output to a child process that passes the answer on, and closes it here, for which Java
     * substitutes {@code /dev/null}. Redirects System.out to standard error.
     */
    static PrintStream passedOn() {
        try {
            Process process = new ProcessBuilder("sh", "-c", PASS_ON)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            new FileOutputStream(FileDescriptor.out).close();
            System.setOut(System.err);
            return printing(new Passing(process));
        } catch (IOException e) {
            return System.out; // without sh there are few child processes to guard against
        }
    }

    private static PrintStream printing(OutputStream stream) {
        return new PrintStream(stream, false, StandardCharsets.UTF_8);
    }

    /** Waits after the answer, one line, until it was written. */
    private static final class Passing extends OutputStream {
        private final Process process;
        private final OutputStream pipe;
        private boolean whole;

        Passing(Process process) {
            this.process = process;
            this.pipe = process.getOutputStream();
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            pipe.write(bytes, offset, length);
            whole = length > 0 && bytes[offset + length - 1] == '\n';
        }

        @Override
        public void flush() throws IOException {
            if (!whole) {
                return;
            }
            pipe.close();
            try {
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new IOException("standard output did not take the answer");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // by a signal; the answer is in the pipe
            }
        }
    }
}

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
 * Standard output for a JSON answer alone. A child process of a migration inherits descriptor 1,
 * and what it prints there must not stand beside the answer.
 */
final class AnswerStream {
    /** The launcher {@code ./migopy} has made descriptor 1 standard error: the answer goes to 0. */
    private static final String PROPERTY = "migopy.answer";

    private static final String MOVED_INPUT = "/dev/fd/3";

    /** Signals reach a whole group of processes, and the answer to one has to pass. */
    private static final String PASS_ON = "trap '' HUP INT TERM; exec cat";

    /** How long the reader of the answer may take. */
    private static final long LIMIT_SECONDS = 60;

    private AnswerStream() {}

    /** Whether the launcher has moved standard output. */
    static boolean isMoved() {
        return "0".equals(System.getProperty(PROPERTY));
    }

    /** Standard output as the launcher left it. From now on System.out is standard error. */
    static PrintStream moved() {
        try {
            System.setIn(new FileInputStream(MOVED_INPUT));
        } catch (FileNotFoundException e) {
            System.setIn(InputStream.nullInputStream()); // it was closed, or is a socket
        }
        System.setOut(System.err);
        return printing(new FileOutputStream(FileDescriptor.in));
    }

    /**
     * Gives standard output to a process that passes the answer on, and closes it here, where java
     * puts {@code /dev/null} in its place. From now on System.out is standard error.
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
            return System.out; // no sh: then no migration starts a child by one either
        }
    }

    private static PrintStream printing(OutputStream stream) {
        return new PrintStream(stream, false, StandardCharsets.UTF_8);
    }

    /** An answer is one line: behind it this waits until it has gone out. */
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
                Thread.currentThread().interrupt(); // a signal; the answer is in the pipe
            }
        }
    }
}

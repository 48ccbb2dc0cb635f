package migopy.console;

/**
 * Lines for a person: knows the width, the colours and the name of the command, and writes to one
 * stream.
 */
public final class Words {
    private final java.io.PrintStream stream;

    Words(java.io.PrintStream stream) {
        this.stream = stream;
    }

    /** One line, as it is. */
    public void line(String text) {
        stream.println(text);
    }
}

package migopy.console;

/**
 * What the person sits at.
 *
 * @param live whether standard error is a terminal, so that a line may be drawn again and again
 * @param colour whether words may be coloured
 * @param width how many columns a line has
 */
public record Terminal(boolean live, boolean colour, int width) {
    /** The width where nothing says how wide it is. */
    public static final int DEFAULT_WIDTH = 80;

    /** No terminal: a file, a pipe, a test. */
    public static Terminal none() {
        return new Terminal(false, false, DEFAULT_WIDTH);
    }
}

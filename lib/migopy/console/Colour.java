package migopy.console;

/** The few colours there are. Each only repeats what the word beside it says. */
enum Colour {
    NONE(""),
    GREEN("\033[32m"),
    YELLOW("\033[33m"),
    RED("\033[31m");

    private static final String END = "\033[0m";

    private final String start;

    Colour(String start) {
        this.start = start;
    }

    String paint(String text) {
        return this == NONE ? text : start + text + END;
    }

    /** The colour of a state, an outcome or a problem, by its word. */
    static Colour of(String word) {
        return switch (word) {
            case "applied", "rolled_back" -> GREEN;
            case "pending", "planned", "running", "rolling_back" -> YELLOW;
            case "ignored", "unchanged", "repaired" -> NONE;
            default -> RED;
        };
    }
}

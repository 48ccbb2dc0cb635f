package migopy.console;

import java.util.Locale;

/** Which way a step of a run goes. */
public enum Direction {
    UP,
    DOWN,
    IGNORE;

    /** The word in journal and JSON: {@code up}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

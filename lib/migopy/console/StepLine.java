package migopy.console;

import migopy.console.Event.StepStarted;

import java.util.Locale;

/** The one line that a step has while it runs, and the one it gets when it has ended. */
final class StepLine {
    /** Names shorter than this leave the durations where they are. */
    static final int LEAST_NAME_WIDTH = 24;

    /**
     * As wide as {@code rollback failed} would leave too much blank before most names: it moves its
     * own line.
     */
    private static final int STATE_WIDTH = 9;

    /** Room for {@code 59 min 59 s}. */
    private static final int DURATION_WIDTH = 11;

    private StepLine() {}

    /**
     * The beginning of the line of a step under way, up to its time; shorter than the terminal is
     * wide.
     */
    static String underWay(StepStarted step, int nameWidth, int width) {
        String word =
                switch (step.direction()) {
                    case UP -> "running";
                    case DOWN -> "back";
                    case IGNORE -> "ignoring";
                };
        String line = line(word, Wording.visible(step.name()), nameWidth);
        int room = Math.max(0, width - DURATION_WIDTH - 1);
        return line.length() <= room ? line : line.substring(0, room);
    }

    /** The line of a step that has ended, with its line break. */
    static String ended(StepReport step, int nameWidth, Words words) {
        String name = Wording.visible(step.name());
        String state = words.state(step.outcome().word(), STATE_WIDTH);
        String duration = words.duration(step.durationMs());
        String blanks = " ".repeat(Math.max(0, nameWidth - name.length()));
        String line =
                "  "
                        + state
                        + " "
                        + name
                        + blanks
                        + String.format(Locale.ROOT, "%" + DURATION_WIDTH + "s", duration);
        return line.stripTrailing() + "\n";
    }

    private static String line(String word, String name, int nameWidth) {
        return String.format(
                Locale.ROOT, "  %-" + STATE_WIDTH + "s %-" + nameWidth + "s  ", word, name);
    }
}

package migopy.console;

import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.console.Event.StepStarted;

/** The one line that a step has while it runs, and the one it gets when it has ended. */
final class StepLine {
    /** Names shorter than this leave the durations where they are. */
    static final int LEAST_NAME_WIDTH = 24;

    private static final int GAP = 3;

    /** Room for {@code 59 min 59 s}. */
    private static final int DURATION_WIDTH = 11;

    private StepLine() {}

    /**
     * The beginning of the line of a step under way, up to its time; shorter than the terminal is
     * wide.
     */
    static String underWay(StepStarted step, int nameWidth, int width) {
        String word = switch (step.direction()) {
            case UP -> "running";
            case DOWN -> "back";
            case IGNORE -> "ignoring";
        };
        String state = Wording.left(word, stateWidth(step.direction()));
        String line = "  " + state + Wording.left(Wording.visible(step.name()), nameWidth) + "  ";
        int room = Math.max(0, width - DURATION_WIDTH - 1);
        return line.length() <= room ? line : line.substring(0, room);
    }

    /** The line of a step that has ended, with its line break. */
    static String ended(StepReport step, int nameWidth, Words words) {
        String name = Wording.visible(step.name());
        String state = words.state(step.outcome().word(), stateWidth(step.direction()) - GAP);
        boolean called = step.direction() != Direction.IGNORE;
        String duration = called ? words.duration(step.durationMs()) : "";
        String line = "  "
                + state
                + " ".repeat(GAP)
                + Wording.left(name, nameWidth)
                + Wording.right(duration, DURATION_WIDTH);
        if (step.reason() != null) {
            line += " ".repeat(GAP) + Wording.visible(step.reason());
        }
        return line.stripTrailing() + "\n";
    }

    // So wide as the word that most steps of this direction end with; a longer one moves its own
    // line.
    private static int stateWidth(Direction direction) {
        Outcome usual = switch (direction) {
            case UP -> Outcome.APPLIED;
            case DOWN -> Outcome.ROLLED_BACK;
            case IGNORE -> Outcome.IGNORED;
        };
        return usual.word().length() + GAP;
    }
}

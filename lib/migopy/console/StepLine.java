package migopy.console;

import migopy.StepReport;
import migopy.StepReport.Direction;
import migopy.StepReport.Outcome;
import migopy.console.Event.StepStarted;

/** The live line of a running step, and the line of one that has ended. */
final class StepLine {
    /** The least width of the column of names. */
    static final int LEAST_NAME_WIDTH = 24;

    private static final int GAP = 3;

    /** The width of {@code 59 min 59 s}. */
    private static final int DURATION_WIDTH = 11;

    private StepLine() {}

    /** Returns the live line of a running step up to its time, within the terminal's width. */
    static String running(StepStarted step, int stateWidth, int nameWidth, int width) {
        String word = switch (step.direction()) {
            case UP -> "running";
            case DOWN -> "back";
            case IGNORE -> "ignoring";
        };
        String state = Wording.left(word, stateWidth);
        String line = "  " + state + Wording.left(Wording.visible(step.name()), nameWidth) + "  ";
        int space = Math.max(0, width - DURATION_WIDTH - 1);
        return line.length() <= space ? line : line.substring(0, space);
    }

    /** Returns the line of a step that has ended, with its line break. */
    static String ended(StepReport step, int stateWidth, int nameWidth, Words words) {
        String name = Wording.visible(step.name());
        String state = words.state(step.outcome().word(), stateWidth - GAP);
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

    /** Returns the width of the usual outcome; a longer one shifts the rest of its own line. */
    static int stateWidth(Direction direction) {
        Outcome usual = switch (direction) {
            case UP -> Outcome.APPLIED;
            case DOWN -> Outcome.ROLLED_BACK;
            case IGNORE -> Outcome.IGNORED;
        };
        return usual.word().length() + GAP;
    }

    /** Shows on a terminal which step is running, and for how long. Its thread ends with {@link #close}. */
    static final class StepTicker implements AutoCloseable {
        /** Shorter steps are not shown while they run, because the line would only flash. */
        private static final long FIRST_MS = 200;

        private static final long INTERVAL_MS = 100;

        private final Screen screen;
        private final String line;
        private final long started = System.nanoTime();
        private final Thread thread;
        private boolean paused;
        private boolean ended;

        /**
         * @param line the line before the time
         */
        StepTicker(Screen screen, String line) {
            this.screen = screen;
            this.line = line;
            thread = new Thread(this::tick, "migopy-live-line");
            thread.setDaemon(true);
            thread.start();
        }

        private void tick() {
            try {
                synchronized (this) {
                    wait(FIRST_MS);
                    while (!ended) {
                        if (!paused) {
                            screen.live(line + Wording.duration((System.nanoTime() - started) / 1_000_000));
                        }
                        wait(INTERVAL_MS);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // stops the line only
            }
        }

        /** Leaves the live line to a progress bar, or takes it back. */
        synchronized void pause(boolean pause) {
            paused = pause;
        }

        /** Removes the line and waits for the thread to end. */
        @Override
        public void close() {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
            try {
                thread.join(INTERVAL_MS * 10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            screen.live("");
        }
    }
}

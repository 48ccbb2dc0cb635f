package migopy.console;

/**
 * Shows on a terminal which step is under way, and for how long. Its thread ends with {@link
 * #close}.
 */
final class StepTicker implements AutoCloseable {
    /**
     * A step that is over sooner is not shown at all: a line that flashes up tells nobody anything.
     */
    private static final long FIRST_MS = 200;

    private static final long INTERVAL_MS = 100;

    private final Screen screen;
    private final String line;
    private final long started = System.nanoTime();
    private final Thread thread;
    private boolean paused;
    private boolean ended;

    /**
     * @param line what stands on the line before the time
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
            Thread.currentThread().interrupt(); // nobody interrupts it; if somebody does, only the line stands
            // still
        }
    }

    /** Leaves the line to a progress bar, or takes it back. */
    synchronized void pause(boolean pause) {
        paused = pause;
    }

    /** Takes the line away and waits for the thread's end, which is at once. */
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

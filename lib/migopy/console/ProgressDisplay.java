package migopy.console;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;

import migopy.console.Event.Progress;

import java.util.function.IntSupplier;

/**
 * A progress bar on the screen's live line. A class of its own, so that the library behind it is
 * loaded only when there is something to show on a terminal. It redraws from a thread of the
 * library's, a daemon, until {@link #close}.
 */
final class ProgressDisplay implements AutoCloseable {
    private static final int INTERVAL_MS = 200;

    private final String name;
    private final ProgressBar bar;
    private volatile Progress last;

    ProgressDisplay(Screen screen, Progress first, IntSupplier width) {
        name = first.name();
        last = first;
        bar =
                new ProgressBarBuilder()
                        .setTaskName(name)
                        .setInitialMax(first.total() > 0 ? first.total() : -1)
                        .setUpdateIntervalMillis(INTERVAL_MS)
                        .setRenderer((state, columns) -> ProgressLine.withBar(last, columns))
                        .setConsumer(new OnScreen(screen, width.getAsInt()))
                        .build();
    }

    String name() {
        return name;
    }

    void show(Progress progress) {
        last = progress;
        if (progress.total() > 0) {
            bar.maxHint(progress.total());
        }
        bar.stepTo(progress.done());
    }

    @Override
    public void close() {
        bar.close();
    }

    private record OnScreen(Screen screen, int width) implements ProgressBarConsumer {
        @Override
        public int getMaxRenderedLength() {
            return width;
        }

        @Override
        public void accept(String line) {
            screen.live(line);
        }

        @Override
        public void close() {
            screen.live("");
        }
    }
}

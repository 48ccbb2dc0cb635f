package migopy.console;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import me.tongfei.progressbar.DefaultProgressBarRenderer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;
import migopy.console.Event.Progress;

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
        bar = new ProgressBarBuilder()
                .setTaskName("  " + Wording.visible(name))
                .setInitialMax(first.total() > 0 ? first.total() : -1)
                .setUpdateIntervalMillis(INTERVAL_MS)
                .setRenderer(new InOurWords())
                .setConsumer(new OnScreen(screen, width.getAsInt() - 1))
                .build();
        show(first);
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

    /** The library's line, with amounts and times written as everywhere else. */
    private final class InOurWords extends DefaultProgressBarRenderer {
        /** What stands behind the bar is shortened, the least important first, to leave it this. */
        private static final int LEAST_BAR = 10;

        private String amounts = "";
        private String pace = "";

        InOurWords() {
            super(ProgressBarStyle.ASCII, "", 1, true, null, ChronoUnit.SECONDS, true, state -> Optional.empty());
        }

        @Override
        public String render(ProgressState state, int width) {
            List<String> parts = ProgressLine.pace(last);
            amounts = ProgressLine.amounts(last);
            pace = String.join(", ", parts);
            String line = super.render(state, width);
            while (!parts.isEmpty() && narrow(line)) {
                parts.remove(parts.size() - 1);
                pace = String.join(", ", parts);
                line = super.render(state, width);
            }
            if (narrow(line)) {
                amounts = ProgressLine.total(last);
                line = super.render(state, width);
            }
            return line;
        }

        private static boolean narrow(String line) {
            return line.indexOf(']') - line.indexOf('[') <= LEAST_BAR;
        }

        @Override
        protected String ratio(ProgressState state) {
            return amounts;
        }

        @Override
        protected String etaString(ProgressState state) {
            String left = ProgressLine.left(last);
            return left.isEmpty() ? "?" : left;
        }

        @Override
        protected String speed(ProgressState state) {
            return pace;
        }
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

package migopy.console;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import me.tongfei.progressbar.DefaultProgressBarRenderer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;
import migopy.console.Event.Progress;
import org.bson.Document;

/** The progress of a long operation as text. */
final class ProgressLine {
    private ProgressLine() {}

    /** Returns the whole line, for a log. */
    static String plain(Progress progress) {
        List<String> parts = new ArrayList<>();
        if (progress.total() > 0) {
            long share = Math.min(100, progress.done() * 100 / progress.total());
            parts.add(share + "%");
        }
        parts.add(amounts(progress));
        parts.addAll(pace(progress));
        if (!left(progress).isEmpty()) {
            parts.add(left(progress));
        }
        return "  " + Wording.visible(progress.name()) + "  " + String.join(", ", parts);
    }

    /** {@code 1,912,000 of 5,000,000 docs}. */
    static String amounts(Progress progress) {
        String of = progress.total() > 0 ? " of " + Wording.number(progress.total()) : "";
        return Wording.number(progress.done()) + of + " " + progress.unit();
    }

    /** {@code of 5,000,000 docs}, or the number done where the total is unknown. */
    static String total(Progress progress) {
        return progress.total() > 0
                ? "of " + Wording.number(progress.total()) + " " + progress.unit()
                : amounts(progress);
    }

    /** {@code 50 s left}; empty if unknown. */
    static String left(Progress progress) {
        long left = progress.total() - progress.done();
        return left > 0 && progress.perSecond() >= 1
                ? Wording.remaining((long) (left / progress.perSecond())) + " left"
                : "";
    }

    /** {@code 61,300 docs/s}, {@code 326 ms a batch}, {@code lag 410 ms}; the known ones. */
    static List<String> pace(Progress progress) {
        List<String> parts = new ArrayList<>();
        if (progress.perSecond() >= 1) {
            parts.add(Wording.number((long) progress.perSecond()) + " " + progress.unit() + "/s");
        }
        if (!progress.batch().isZero()) {
            parts.add(Wording.duration(progress.batch().toMillis()) + " a batch");
        }
        if (!progress.lag().isZero()) {
            parts.add("lag " + Wording.duration(progress.lag().toMillis()));
        }
        return parts;
    }

    /**
     * Progress as JSON documents: for each operation the first event, one a second, and the last. Guarded by its
     * owner's monitor.
     */
    static final class ProgressJson {
        private static final long EVERY = TimeUnit.SECONDS.toNanos(1);

        private record Printed(long atNanos, Event.Progress pending) {}

        private final Map<String, Printed> printed = new HashMap<>();

        /** Returns the document to print now, if any. */
        Optional<Document> of(Event.Progress progress) {
            long now = System.nanoTime();
            Printed before = printed.get(progress.name());
            if (before != null && now - before.atNanos() < EVERY) {
                printed.put(progress.name(), new Printed(before.atNanos(), progress));
                return Optional.empty();
            }
            printed.put(progress.name(), new Printed(now, null));
            return Optional.of(document(progress));
        }

        /** Returns the last document of an operation that has ended, if it was not printed yet. */
        Optional<Document> ended(String name) {
            Printed before = printed.remove(name);
            return Optional.ofNullable(before).map(Printed::pending).map(ProgressJson::document);
        }

        private static Document document(Event.Progress progress) {
            Document document = new Document("progress", progress.name())
                    .append("unit", progress.unit())
                    .append("done", progress.done())
                    .append("total", progress.total() > 0 ? progress.total() : null)
                    .append("perSecond", Math.round(progress.perSecond()));
            if (progress.total() > progress.done() && progress.perSecond() >= 1) {
                double left = (progress.total() - progress.done()) / progress.perSecond();
                document.append("leftMs", Math.round(left * TimeUnit.SECONDS.toMillis(1)));
            }
            if (!progress.batch().isZero()) {
                document.append("batchMs", progress.batch().toMillis());
            }
            return document.append("lagMs", progress.lag().toMillis());
        }
    }

    /**
     * A progress bar on the live line. A separate class, so that the library behind it is loaded only when a terminal
     * shows progress. The library redraws it from a daemon thread until {@link #close}.
     */
    static final class ProgressDisplay implements AutoCloseable {
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
                    .setRenderer(new Renderer())
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

        /** The library's line, with our formats of amounts and times. */
        private final class Renderer extends DefaultProgressBarRenderer {
            /** The text after the bar is shortened, least important part first, to leave the bar this width. */
            private static final int LEAST_BAR = 10;

            private String amounts = "";
            private String pace = "";

            Renderer() {
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
}

package migopy.console;

import java.util.ArrayList;
import java.util.List;
import migopy.console.Event.Progress;

/** How far a long piece of work has come, in words. */
final class ProgressLine {
    private ProgressLine() {}

    /** All of it, for a log. */
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

    /** {@code of 5,000,000 docs}, or how many are done where that is all that is known. */
    static String total(Progress progress) {
        return progress.total() > 0
                ? "of " + Wording.number(progress.total()) + " " + progress.unit()
                : amounts(progress);
    }

    /** {@code 50 s left}; empty where that is not known. */
    static String left(Progress progress) {
        long left = progress.total() - progress.done();
        return left > 0 && progress.perSecond() >= 1
                ? Wording.remaining((long) (left / progress.perSecond())) + " left"
                : "";
    }

    /** {@code 61,300 docs/s}, {@code 326 ms a batch}, {@code lag 410 ms}; what is known of it. */
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
}

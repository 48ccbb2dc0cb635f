package migopy.console;

import migopy.console.Event.Progress;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How far a long piece of work has come, on one line that fits: what does not fit is left away, the
 * least important first.
 */
final class ProgressLine {
    private static final int LEAST_BAR = 10;
    private static final int WIDEST_BAR = 30;
    private static final int GAP = 2;

    private ProgressLine() {}

    /** With a bar, for a terminal of so many columns. */
    static String withBar(Progress progress, int width) {
        List<String> parts = parts(progress);
        String name = "  " + Wording.visible(progress.name());
        int barRoom = progress.total() > 0 ? GAP + 2 + LEAST_BAR : 0;
        while (parts.size() > 1 && length(name, parts) + barRoom >= width) {
            parts.remove(parts.size() - 1);
        }
        int bar = Math.min(WIDEST_BAR, width - 1 - length(name, parts) - GAP - 2);
        if (progress.total() > 0 && bar >= LEAST_BAR) {
            parts.add(0, bar(share(progress), bar));
        }
        String line = name + " ".repeat(GAP) + String.join(" ".repeat(GAP), parts);
        return line.length() < width ? line : line.substring(0, Math.max(0, width - 1));
    }

    /** Without a bar, for a log. */
    static String plain(Progress progress) {
        return "  "
                + Wording.visible(progress.name())
                + " ".repeat(GAP)
                + String.join(", ", parts(progress));
    }

    private static int length(String name, List<String> parts) {
        return name.length() + parts.stream().mapToInt(part -> GAP + part.length()).sum();
    }

    private static String bar(double share, int width) {
        int full = (int) (share * width);
        return "[" + "#".repeat(full) + "-".repeat(width - full) + "]";
    }

    // An estimate may be too low: then the bar stands full while the count goes on.
    private static double share(Progress progress) {
        return Math.min(1.0, (double) progress.done() / progress.total());
    }

    private static List<String> parts(Progress progress) {
        List<String> parts = new ArrayList<>();
        if (progress.total() > 0) {
            parts.add(String.format(Locale.ROOT, "%3d%%", (int) (share(progress) * 100)));
            parts.add(
                    amount(progress, progress.done())
                            + " of "
                            + amount(progress, progress.total())
                            + unit(progress));
        } else {
            parts.add(amount(progress, progress.done()) + unit(progress));
        }
        if (progress.perSecond() >= 1) {
            parts.add(amount(progress, (long) progress.perSecond()) + unit(progress) + "/s");
            long left = progress.total() - progress.done();
            if (left > 0) {
                parts.add(Wording.remaining((long) (left / progress.perSecond())) + " left");
            }
        }
        if (!progress.batch().isZero()) {
            parts.add(Wording.duration(progress.batch().toMillis()) + " a batch");
        }
        if (!progress.lag().isZero()) {
            parts.add("lag " + Wording.duration(progress.lag().toMillis()));
        }
        return parts;
    }

    private static String amount(Progress progress, long amount) {
        return progress.unit().equals("bytes")
                ? String.format(Locale.ROOT, "%,.1f", amount / 1e6)
                : Wording.number(amount);
    }

    private static String unit(Progress progress) {
        return " " + (progress.unit().equals("bytes") ? "MB" : progress.unit());
    }
}

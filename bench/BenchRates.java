import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleBiFunction;

/** Measures the speed of several methods, round by round, and prints a Markdown table. */
final class BenchRates {
    /**
     * A method that is measured.
     *
     * @param limit the method that it is compared with, or null
     * @param target the least ratio to that, or 0
     */
    record Way(String name, Runnable work, Way limit, double target) {}

    private final List<Way> ways;
    private final List<double[]> rounds = new ArrayList<>();
    private final List<String> loads = new ArrayList<>();

    BenchRates(List<Way> ways) {
        this.ways = List.copyOf(ways);
    }

    /**
     * Measures all of them in each round, every second round in reverse order, so that a machine
     * that becomes slower or faster favours none.
     *
     * @param rate measures a method, in the round of this name
     */
    void measure(int count, ToDoubleBiFunction<Way, String> rate) {
        List<Way> order = new ArrayList<>(ways);
        loads.add(load());
        for (int i = 1; i <= count; i++) {
            double[] rates = new double[ways.size()];
            for (Way way : order) {
                rates[ways.indexOf(way)] = rate.applyAsDouble(way, "round " + i);
            }
            rounds.add(rates);
            loads.add(load());
            Collections.reverse(order);
        }
    }

    /** Returns the machine's load before and after each round. */
    String loads() {
        return String.join(", ", loads);
    }

    /** Whether every ratio meets its target. */
    boolean reached() {
        return ways.stream().noneMatch(way -> way.limit() != null && ratio(way) < way.target());
    }

    void print() {
        StringBuilder head = new StringBuilder("| |");
        for (int i = 1; i <= rounds.size(); i++) {
            head.append(" round ").append(i).append(" |");
        }
        System.out.println(head + " median | ratio | target |");
        System.out.println("| --- |" + " --- |".repeat(rounds.size() + 3));
        ways.forEach(way -> System.out.println(row(way)));
        System.out.println("\nRatio: the median of the rounds' ratios to the first row of the same three.");
    }

    private String row(Way way) {
        StringBuilder row = new StringBuilder("| " + way.name() + " |");
        for (double rate : rates(way)) {
            row.append(" %,.0f |".formatted(rate));
        }
        row.append(" %,.0f |".formatted(median(rates(way))));
        if (way.limit() == null) {
            return row.append(" | |").toString();
        }
        String target = way.target() == 0 ? "" : " %.2f".formatted(way.target());
        return row.append(" %.2f |%s |".formatted(ratio(way), target)).toString();
    }

    private double ratio(Way way) {
        double[] own = rates(way);
        double[] limit = rates(way.limit());
        double[] ratios = new double[own.length];
        Arrays.setAll(ratios, round -> own[round] / limit[round]);
        return median(ratios);
    }

    private double[] rates(Way way) {
        return rounds.stream().mapToDouble(rates -> rates[ways.indexOf(way)]).toArray();
    }

    private static String load() {
        return "%.1f".formatted(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

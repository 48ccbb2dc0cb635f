package migopy.console;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the known word that a mistyped one most likely stands for. */
public final class Nearest {
    /** How many letters may be wrong, missing or added. */
    private static final int MOST_WRONG = 2;

    private Nearest() {}

    /**
     * Returns the first known word that starts with what was typed, else the one with the fewest
     * wrong letters; empty if none is near.
     */
    public static Optional<String> of(String typed, Collection<String> known) {
        Optional<String> begun = typed.isEmpty()
                ? Optional.empty()
                : known.stream().filter(word -> word.startsWith(typed)).findFirst();
        return begun.isPresent()
                ? begun
                : known.stream()
                        .filter(word -> distance(typed, word) <= Math.min(MOST_WRONG, word.length() / 3))
                        .min(Comparator.comparingInt(word -> distance(typed, word)));
    }

    /** Levenshtein's distance: how many letters must be changed, removed or inserted. */
    private static int distance(String typed, String known) {
        return distances(typed, known)[known.length()];
    }

    /** The same to the start of a name, however long the name is. */
    public static int distanceToStart(String typed, String name) {
        return Arrays.stream(distances(typed, name)).min().getAsInt();
    }

    /** The distances from what was typed to each start of a name, the empty one first. */
    private static int[] distances(String typed, String name) {
        int[] last = new int[name.length() + 1];
        for (int j = 0; j <= name.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= typed.length(); i++) {
            int[] now = new int[name.length() + 1];
            now[0] = i;
            for (int j = 1; j <= name.length(); j++) {
                int change = last[j - 1] + (typed.charAt(i - 1) == name.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(change, 1 + Math.min(last[j], now[j - 1]));
            }
            last = now;
        }
        return last;
    }
}

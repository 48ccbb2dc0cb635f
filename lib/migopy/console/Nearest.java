package migopy.console;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The known word that somebody who mistyped most likely meant. */
public final class Nearest {
    /** So many letters may be wrong, missing or too many. */
    private static final int MOST_WRONG = 2;

    private Nearest() {}

    /**
     * The first known word that begins with what was typed, else the one with the fewest wrong
     * letters; empty if none is near.
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

    /** Levenshtein's: how many letters have to be changed, left out or put in. */
    private static int distance(String a, String b) {
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] now = new int[b.length() + 1];
            now[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(change, 1 + Math.min(last[j], now[j - 1]));
            }
            last = now;
        }
        return last[b.length()];
    }
}

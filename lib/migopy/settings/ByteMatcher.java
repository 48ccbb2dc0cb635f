package migopy.settings;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Finds the forms of secrets in bytes. It skips as far as the shortest form allows (Horspool's
 * algorithm, for several forms at once), so that a gigabyte without secrets passes at the speed of
 * copying it.
 */
final class ByteMatcher {
    /** A form at a position, or the start of one that the end of the bytes cuts off. */
    record Match(int at, int length, byte[] replacement) {
        /** Returns whether more bytes are needed to decide; all from {@code at} must wait. */
        boolean cutOff() {
            return replacement == null;
        }
    }

    private record Form(byte[] bytes, byte[] replacement) {}

    private final List<Form> forms = new ArrayList<>();
    private final int shortest;
    private final int longest;
    private final int[] shift = new int[256];

    ByteMatcher(Map<String, String> replacements) {
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (Map.Entry<String, String> each : replacements.entrySet()) {
            Form form = new Form(utf8(each.getKey()), utf8(each.getValue()));
            forms.add(form);
            least = Math.min(least, form.bytes.length);
            most = Math.max(most, form.bytes.length);
        }
        shortest = forms.isEmpty() ? 1 : least;
        longest = most;
        Arrays.fill(shift, shortest);
        for (Form form : forms) {
            for (int i = 0; i < shortest; i++) {
                int value = form.bytes[i] & 0xFF;
                shift[value] = Math.min(shift[value], shortest - 1 - i);
            }
        }
    }

    boolean empty() {
        return forms.isEmpty();
    }

    /** Returns the largest number of bytes that may have to wait. */
    int longestWait() {
        return Math.max(0, longest - 1);
    }

    /**
     * Returns the first form or cut-off start of one in {@code bytes[from, to)}; null if there is
     * none.
     *
     * @param last whether nothing follows, so that the start of a form is an ordinary text
     */
    Match find(byte[] bytes, int from, int to, boolean last) {
        if (forms.isEmpty()) {
            return null;
        }
        int at = from;
        while (at + shortest <= to) {
            int skip = shift[bytes[at + shortest - 1] & 0xFF];
            if (skip > 0) {
                at += skip;
                continue;
            }
            Match found = at(bytes, at, to, last);
            if (found != null) {
                return found;
            }
            at++;
        }
        // What was skipped cannot start a form; the rest is shorter than any form.
        for (; at < to && !last; at++) {
            Match found = at(bytes, at, to, false);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private Match at(byte[] bytes, int at, int to, boolean last) {
        Match best = null;
        for (Form form : forms) {
            int present = Math.min(form.bytes.length, to - at);
            if (!Arrays.equals(bytes, at, at + present, form.bytes, 0, present)) {
                continue;
            }
            if (present == form.bytes.length) {
                if (best == null || present > best.length) {
                    best = new Match(at, present, form.replacement);
                }
            } else if (!last) {
                return new Match(at, to - at, null); // A longer form may still be complete later.
            }
        }
        return best;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

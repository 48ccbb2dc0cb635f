package migopy.fix;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A migration's text as it is put together, with the line of the fix that each line is made of. */
final class MigrationText {
    private static final String INDENT = "    ";

    private final List<String> lines = new ArrayList<>();
    private final NavigableMap<Integer, Integer> inFix = new TreeMap<>();

    /**
     * Adds lines.
     *
     * @param depth how far they are indented
     * @param line the first one's in the fix; 0 where they are made of none
     */
    void add(String text, int depth, int line) {
        inFix.put(lines.size() + 1, line);
        text.lines().map(one -> one.isBlank() ? "" : INDENT.repeat(depth) + one).forEach(lines::add);
    }

    /** Adds lines that are made of none of the fix. */
    void add(String text, int depth) {
        add(text, depth, 0);
    }

    void gap() {
        lines.add("");
    }

    String text() {
        return String.join("\n", lines) + "\n";
    }

    /** The line of the fix that this line is made of. */
    int lineInFix(int line) {
        var first = inFix.floorEntry(line);
        return first == null ? 0 : first.getValue() + (line - first.getKey());
    }
}

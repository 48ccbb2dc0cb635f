package migopy.fix;

import java.util.Map;
import java.util.TreeMap;

/** What was typed at JShell's prompt, as the prompt keeps its history. */
final class Typed {
    private static final String LINE = "HISTORY_LINE_";

    private Typed() {}

    /** The lines in their order; one that went on has a backslash at its end in the history. */
    static String of(Map<String, String> kept) {
        Map<Integer, String> lines = new TreeMap<>();
        kept.forEach(
                (key, line) -> {
                    if (key.matches(LINE + "[0-9]{1,9}")) {
                        lines.put(Integer.parseInt(key.substring(LINE.length())), line);
                    }
                });
        StringBuilder text = new StringBuilder();
        for (String line : lines.values()) {
            boolean goesOn = line.endsWith("\\");
            text.append(goesOn ? line.substring(0, line.length() - 1) : line).append('\n');
        }
        return text.toString();
    }
}

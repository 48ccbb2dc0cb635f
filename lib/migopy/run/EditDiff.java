package migopy.run;

import com.github.difflib.DiffUtils;
import com.github.difflib.patch.AbstractDelta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import migopy.MigopyException;
import migopy.Problem;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.journal.Journal;
import org.bson.BsonDocument;
import org.bson.BsonString;

/** The lines of a file that were changed after it was applied. */
public final class EditDiff {
    /** How many lines of a diff are shown. */
    static final int LINE_LIMIT = 20;

    /**
     * How many lines of each text are compared, starting with the first that differs: the time grows with their
     * product, and only the first differences are shown.
     */
    private static final int COMPARED = 500;

    /** Longer lines are cut. */
    private static final int WIDTH = 200;

    private EditDiff() {}

    /**
     * Returns the problem with the lines that differ: {@code -} before those of the stored source, {@code +} before
     * those of the file. Returns problems of other kinds, and those without a stored source, as they are.
     */
    public static Problem withDiff(Problem problem, Journal journal, MigrationFile file) {
        if (problem.kind() != Problem.ProblemKind.EDITED || file == null) {
            return problem;
        }
        Optional<String> stored = journal.document(new BsonString(file.name())).flatMap(EditDiff::source);
        if (stored.isEmpty()) {
            return problem;
        }
        return new Problem(
                problem.kind(), problem.name(), problem.message(), problem.hint(), lines(stored.get(), file));
    }

    private static Optional<String> source(BsonDocument document) {
        return document.isString("source")
                ? Optional.of(document.getString("source").getValue())
                : Optional.empty();
    }

    private static List<String> lines(String stored, MigrationFile file) {
        try {
            return between(stored, MigrationSource.read(file).text());
        } catch (MigopyException e) {
            return List.of(e.getMessage()); // for example if it is not text any more: that is the edit
        }
    }

    /** Returns the lines that differ, at most {@link #LINE_LIMIT}; differences that no checksum counts are left out. */
    static List<String> between(String before, String after) {
        List<String> old = split(before);
        List<String> now = split(after);
        int same = 0;
        while (same < Math.min(old.size(), now.size()) && old.get(same).equals(now.get(same))) {
            same++;
        }
        List<String> changes = new ArrayList<>();
        for (AbstractDelta<String> delta :
                DiffUtils.diff(compared(old, same), compared(now, same)).getDeltas()) {
            delta.getSource().getLines().forEach(line -> changes.add("-" + line));
            delta.getTarget().getLines().forEach(line -> changes.add("+" + line));
        }
        return shown(changes);
    }

    private static List<String> split(String text) {
        return text.lines().map(String::stripTrailing).toList();
    }

    private static List<String> compared(List<String> lines, int from) {
        return lines.subList(from, Math.min(lines.size(), from + COMPARED));
    }

    private static List<String> shown(List<String> changes) {
        List<String> first = changes.size() <= LINE_LIMIT ? changes : changes.subList(0, LINE_LIMIT - 1);
        int margin = first.stream()
                .filter(line -> line.length() > 1)
                .mapToInt(EditDiff::indentation)
                .min()
                .orElse(0);
        List<String> shown = new ArrayList<>();
        for (String line : first) {
            String text = line.length() > 1 ? "   " + line.substring(1 + margin) : "";
            shown.add(line.charAt(0) + (text.length() > WIDTH ? text.substring(0, WIDTH) : text));
        }
        if (first.size() < changes.size()) {
            shown.add("... and more");
        }
        return shown;
    }

    private static int indentation(String line) {
        int at = 1;
        while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
            at++;
        }
        return at - 1;
    }
}

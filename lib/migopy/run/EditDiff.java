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

/** What was changed in a file since it ran, line by line. */
public final class EditDiff {
    /** So many lines of a difference are read; the last tells how many there are beside them. */
    static final int LINE_LIMIT = 20;

    /**
     * So many lines of each text are compared, from the first that differs: the time grows with
     * their product, and only the beginning is shown.
     */
    private static final int COMPARED = 500;

    /** Longer lines are cut: a person looks for what differs, not for all of it. */
    private static final int WIDTH = 200;

    private EditDiff() {}

    /**
     * The problem with the lines that differ, those of the stored source after {@code -} and those
     * of the file after {@code +}. A problem of another kind, and one whose source was not stored,
     * stays as it is.
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
            return List.of(e.getMessage()); // as when it is no text any more: that is the edit
        }
    }

    /** The lines that differ, at most {@link #LINE_LIMIT}; what no checksum counts is no edit. */
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

package migopy.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import migopy.Problem;
import migopy.files.MigrationDirectory.Listing;
import migopy.files.MigrationFile;

/**
 * Two files with one number, as when two branches are merged: the directory alone cannot know which
 * of them is to be renamed, the journal can.
 */
final class Duplicates {
    private final Listing listing;
    private final Map<String, Situation> byName = new HashMap<>();
    private long highest;

    Duplicates(Listing listing, List<Situation> migrations) {
        this.listing = listing;
        for (Situation one : migrations) {
            byName.put(one.name(), one);
            if (one.number() != null) {
                highest = Math.max(highest, one.number());
            }
        }
    }

    /** The directory's problems, those about a number with what the journal says. */
    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>(listing.problems());
        boolean any = problems.removeIf(one -> one.kind() == Problem.Kind.DUPLICATE_NUMBER);
        List<MigrationFile> files = listing.files();
        for (int i = 1; any && i < files.size(); i++) {
            if (files.get(i - 1).number() == files.get(i).number()) {
                problems.add(problem(files.get(i - 1), files.get(i)));
            }
        }
        return problems;
    }

    private Problem problem(MigrationFile before, MigrationFile file) {
        MigrationFile wrong = wasRun(file) && !wasRun(before) ? before : file;
        highest += highest < Long.MAX_VALUE ? 1 : 0;
        String to = wrong.renumbered(highest);
        return Problems.duplicate(wrong, wrong == file ? before : file, to, wasRun(wrong));
    }

    private boolean wasRun(MigrationFile file) {
        Situation one = byName.get(file.name());
        return one != null && !one.pending();
    }
}

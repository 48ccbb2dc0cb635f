package migopy.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import migopy.Problem;
import migopy.files.MigrationDirectory.Listing;
import migopy.files.MigrationFile;

/**
 * Finds files with the same number, as after merging two branches. The journal shows which of them has to
 * be renamed.
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

    /** Returns the directory's problems, with those about duplicate numbers according to the journal. */
    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>(listing.problems());
        boolean any = problems.removeIf(one -> one.kind() == Problem.ProblemKind.DUPLICATE_NUMBER);
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

    /** Finds pending files with the number of a migration that another tool applied: one may be a translation of it. */
    static void markAdopted(List<Situation> byNumber) {
        for (int i = 0; i < byNumber.size(); i++) {
            Situation known = byNumber.get(i);
            boolean adopted = known.entry() != null && known.entry().withoutSource();
            if (!adopted || known.file() != null || known.number() == null) {
                continue;
            }
            for (int step = -1; step <= 1; step += 2) {
                for (int j = i + step; j >= 0 && j < byNumber.size(); j += step) {
                    Situation one = byNumber.get(j);
                    if (!known.number().equals(one.number())) {
                        break;
                    }
                    if (one.pending()) {
                        byNumber.set(j, one.with(Problems.translated(one.name(), known.entry())));
                    }
                }
            }
        }
    }
}

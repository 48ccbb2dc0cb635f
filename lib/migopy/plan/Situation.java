package migopy.plan;

import migopy.Problem;
import migopy.files.MigrationFile;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.State;

/**
 * One migration, and how it stands.
 *
 * @param name without {@code .java}
 * @param number null where there is none, as in a document that cannot be read
 * @param file null where there is none
 * @param entry null where the journal does not know it
 * @param problem null where there is none
 */
public record Situation(
        String name, Long number, MigrationState state, MigrationFile file, JournalEntry entry, Problem problem) {

    /** Whether it was interrupted in a way that only a person can judge. */
    boolean needsAPerson() {
        return problem != null && problem.kind() == Problem.ProblemKind.INTERRUPTED;
    }

    /** Whether {@code up()} of it was begun and may be begun again, if a person says so. */
    boolean canBeRetried() {
        boolean up = entry != null && entry.state() != State.ROLLING_BACK;
        return file != null && up && (state == MigrationState.INTERRUPTED || state == MigrationState.FAILED);
    }

    /** Whether its {@code up()} said that it is not for this environment: each run asks again. */
    boolean skipped() {
        return state == MigrationState.SKIPPED;
    }

    /** Whether it was never run, or was rolled back. */
    boolean pending() {
        return state == MigrationState.PENDING;
    }

    /** Whether {@code execute} would run its file, if nothing else were in the way. */
    boolean couldRun() {
        return file != null
                && (state == MigrationState.PENDING
                        || state == MigrationState.SKIPPED
                        || state == MigrationState.FAILED && problem == null);
    }

    /** Whether nothing worse is known of it than that its own file no longer has its text. */
    boolean mayHaveBeenRenamed() {
        return problem == null
                || problem.kind() == Problem.ProblemKind.MISSING
                || problem.kind() == Problem.ProblemKind.EDITED;
    }

    /** Whether it is known under another name by now, or was known under another one. */
    public boolean renamed() {
        return problem != null && problem.kind() == Problem.ProblemKind.RENAMED;
    }

    Situation with(Problem found) {
        return new Situation(name, number, state, file, entry, found);
    }
}

package migopy.plan;

import migopy.Problem;
import migopy.files.MigrationFile;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.State;

/**
 * One migration and its state.
 *
 * @param name without {@code .java}
 * @param number null where there is none, as for an invalid document
 * @param file null where there is none
 * @param entry null where the journal has none
 * @param problem null where there is none
 */
public record Situation(
        String name, Long number, MigrationState state, MigrationFile file, JournalEntry entry, Problem problem) {

    /** Whether it was interrupted and needs a manual decision. */
    boolean needsDecision() {
        return problem != null && problem.kind() == Problem.ProblemKind.INTERRUPTED;
    }

    /** Whether its {@code up()} was started and can be run again by {@code --retry}. */
    boolean canBeRetried() {
        boolean up = entry != null && entry.state() != State.ROLLING_BACK;
        return file != null && up && (state == MigrationState.INTERRUPTED || state == MigrationState.FAILED);
    }

    /** Whether its {@code up()} called {@code skip()}, which each run calls again. */
    boolean skipped() {
        return state == MigrationState.SKIPPED;
    }

    /** Whether it was never run, or was rolled back. */
    boolean pending() {
        return state == MigrationState.PENDING;
    }

    /** Whether {@code execute} would run its file if no problem prevented it. */
    boolean couldRun() {
        return file != null
                && (state == MigrationState.PENDING
                        || state == MigrationState.SKIPPED
                        || state == MigrationState.FAILED && problem == null);
    }

    /** Whether its only possible problem is that its file no longer has its text. */
    boolean mayHaveBeenRenamed() {
        return problem == null
                || problem.kind() == Problem.ProblemKind.MISSING
                || problem.kind() == Problem.ProblemKind.EDITED;
    }

    /** Whether it has another name now, or had another one before. */
    public boolean renamed() {
        return problem != null && problem.kind() == Problem.ProblemKind.RENAMED;
    }

    /** Whether it was applied, and its file is gone. */
    boolean isGone() {
        return state == MigrationState.APPLIED && problem != null && problem.kind() == Problem.ProblemKind.MISSING;
    }

    /** Whether its name differs from another one only in the number, or only in the words. */
    boolean resembles(Situation other) {
        return number.equals(other.number())
                || name.replaceFirst("[0-9]+", "").equals(other.name().replaceFirst("[0-9]+", ""));
    }

    Situation with(Problem found) {
        return new Situation(name, number, state, file, entry, found);
    }
}

package migopy.command;

import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Wording;
import migopy.journal.State;
import migopy.plan.MigrationState;
import migopy.plan.Situation;

/**
 * What a person may decide about a migration, and what that makes of it.
 *
 * @param was what is settled: {@code interrupted}, {@code missing}, ...
 * @param state what the journal says from now on; null where it stays applied
 * @param ended whether it comes to its end only now
 * @param takesText whether the file's present text is what counts from now on
 * @param fileGone whether its file may be missing from now on
 */
public record Resolution(Situation about, String was, State state, boolean ended, boolean takesText, boolean fileGone) {
    static final String APPLIED = "applied";
    static final String PENDING = "pending";
    static final String UNCHANGED = "unchanged";

    /**
     * Judges, and touches nothing.
     *
     * @param as {@code applied}, {@code pending} or {@code unchanged}
     * @throws MigopyException refused, where there is nothing to settle; usage, where that word
     *     does not fit
     */
    static Resolution of(Situation one, String as) {
        if (one.problem() != null) {
            switch (one.problem().kind()) {
                case UNREADABLE, UNKNOWN_ENTRY, RENAMED ->
                    throw MigopyException.refused(
                            one.problem().message(), one.problem().hint());
                case EDITED -> {
                    return edited(one, as);
                }
                case MISSING -> {
                    return one.state() == MigrationState.APPLIED ? missing(one, as) : settled(one, as);
                }
                default -> {} // what it says is in the state too
            }
        }
        return switch (one.state()) {
            case INTERRUPTED, FAILED, ROLLBACK_FAILED, IGNORED, SKIPPED -> settled(one, as);
            case RUNNING, ROLLING_BACK ->
                throw nothing(one, "is under way", "Wait for its end: " + Wording.command("status"));
            case APPLIED ->
                throw nothing(
                        one,
                        "is applied, and there is nothing to settle",
                        "To roll it back: " + Wording.command("rollback", one.name()));
            case PENDING ->
                throw nothing(
                        one,
                        "is pending, and there is nothing to settle",
                        "To register it without running it: " + Wording.command("ignore", one.name()));
            case UNREADABLE -> throw nothing(one, "cannot be understood", "Mend it in the database");
        };
    }

    private static Resolution edited(Situation one, String as) {
        if (!as.equals(UNCHANGED)) {
            throw misfit(
                    one,
                    as,
                    "was edited",
                    "To accept the edit: --as unchanged; to run it again, roll it back first: "
                            + Wording.command("rollback", one.name()));
        }
        return new Resolution(one, Problem.ProblemKind.EDITED.word(), null, false, true, false);
    }

    private static Resolution missing(Situation one, String as) {
        String was = Problem.ProblemKind.MISSING.word();
        return switch (as) {
            case APPLIED -> new Resolution(one, was, null, false, false, true);
            case PENDING -> new Resolution(one, was, State.ROLLED_BACK, true, false, false);
            default ->
                throw misfit(
                        one,
                        as,
                        "is missing",
                        "To do without its file: --as applied; if it was taken back by hand:" + " --as pending");
        };
    }

    private static Resolution settled(Situation one, String as) {
        boolean midway = one.entry().failedMidway();
        String was = midway ? MigrationState.INTERRUPTED.word() : one.state().word();
        if (as.equals(UNCHANGED)) {
            throw misfit(
                    one,
                    as,
                    switch (one.state()) {
                        case IGNORED -> "is ignored";
                        case SKIPPED -> "was skipped";
                        case ROLLBACK_FAILED -> "failed on its way back";
                        default -> midway || one.state() != MigrationState.FAILED ? "was interrupted" : "failed";
                    },
                    "Say what is true of the database: --as applied or --as pending");
        }
        boolean applied = as.equals(APPLIED);
        // A failed or ignored one may be edited: what a person calls applied is the file of today.
        boolean mayBeEdited = switch (one.state()) {
            case FAILED, IGNORED, SKIPPED -> true;
            default -> false;
        };
        return new Resolution(
                one,
                was,
                applied ? State.APPLIED : State.ROLLED_BACK,
                true,
                applied && mayBeEdited && one.file() != null,
                applied && (one.entry().fileGone() || one.file() == null));
    }

    private static MigopyException nothing(Situation one, String why, String hint) {
        return MigopyException.refused(one.name() + " " + why, hint);
    }

    private static MigopyException misfit(Situation one, String as, String what, String hint) {
        return MigopyException.usage("%s %s, which --as %s does not settle".formatted(one.name(), what, as), hint);
    }
}

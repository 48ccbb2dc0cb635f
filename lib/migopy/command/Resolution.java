package migopy.command;

import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Wording;
import migopy.journal.State;
import migopy.plan.MigrationState;
import migopy.plan.Situation;

/**
 * A manual decision about a migration, and its effect on the record.
 *
 * @param was the old state: {@code interrupted}, {@code missing}, ...
 * @param state the new state in the journal; null where it stays applied
 * @param ended whether it ends only now
 * @param takesText whether the file's present text becomes the recorded one
 * @param fileGone whether its file may be missing
 * @param unverified whether it is accepted although its {@code verify()} does not hold
 */
public record Resolution(
        Situation about,
        String was,
        State state,
        boolean ended,
        boolean takesText,
        boolean fileGone,
        boolean unverified) {
    static final String APPLIED = "applied";
    static final String PENDING = "pending";
    static final String UNCHANGED = "unchanged";
    static final String UNVERIFIED = "unverified";

    /**
     * Decides, without changing anything.
     *
     * @param as {@code applied}, {@code pending}, {@code unchanged} or {@code unverified}
     * @throws MigopyException refused, if there is nothing to repair; usage, if that state does not apply
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
                case UNVERIFIED -> {
                    return unverified(one, as);
                }
                case MISSING -> {
                    return one.state() == MigrationState.APPLIED ? missing(one, as) : settled(one, as);
                }
                default -> {} // the state covers it
            }
        }
        return switch (one.state()) {
            case INTERRUPTED, FAILED, ROLLBACK_FAILED, IGNORED, SKIPPED -> settled(one, as);
            case RUNNING, ROLLING_BACK ->
                throw nothing(one, "is running", "Wait until it has ended: " + Wording.command("status"));
            case APPLIED -> {
                if (one.entry().withoutSource() && one.file() == null && as.equals(PENDING)) {
                    yield missing(one, as); // another tool has applied it, and a user has undone it
                }
                throw nothing(
                        one,
                        "is applied; there is nothing to repair",
                        "To roll it back: " + Wording.command("rollback", one.name()));
            }
            case PENDING ->
                throw nothing(
                        one,
                        "is pending; there is nothing to repair",
                        "To register it without running it: " + Wording.command("ignore", one.name()));
            case UNREADABLE -> throw nothing(one, "is unreadable", "Fix its document in the database");
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
        return new Resolution(one, Problem.ProblemKind.EDITED.word(), null, false, true, false, false);
    }

    private static Resolution unverified(Situation one, String as) {
        if (!as.equals(UNVERIFIED)) {
            throw misfit(
                    one,
                    as,
                    "is not verified",
                    "To accept that: --as unverified; to undo it: " + Wording.command("rollback", one.name()));
        }
        return new Resolution(one, Problem.ProblemKind.UNVERIFIED.word(), null, false, false, false, true);
    }

    private static Resolution missing(Situation one, String as) {
        String was = Problem.ProblemKind.MISSING.word();
        return switch (as) {
            case APPLIED -> new Resolution(one, was, null, false, false, true, false);
            case PENDING -> new Resolution(one, was, State.ROLLED_BACK, true, false, false, false);
            default ->
                throw misfit(
                        one,
                        as,
                        "is missing",
                        "To accept that its file is gone: --as applied; if it was undone by hand: --as pending");
        };
    }

    private static Resolution settled(Situation one, String as) {
        boolean midway = one.entry().failedMidway();
        String was = midway ? MigrationState.INTERRUPTED.word() : one.state().word();
        if (as.equals(UNCHANGED) || as.equals(UNVERIFIED)) {
            throw misfit(
                    one,
                    as,
                    switch (one.state()) {
                        case IGNORED -> "is ignored";
                        case SKIPPED -> "was skipped";
                        case ROLLBACK_FAILED -> "failed to roll back";
                        default -> midway || one.state() != MigrationState.FAILED ? "was interrupted" : "failed";
                    },
                    "Choose what is true of the database: --as applied or --as pending");
        }
        boolean applied = as.equals(APPLIED);
        // A failed or ignored one may have been edited; --as applied refers to the present file.
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
                applied && (one.entry().fileGone() || one.file() == null),
                false);
    }

    private static MigopyException nothing(Situation one, String why, String hint) {
        return MigopyException.refused(one.name() + " " + why, hint);
    }

    private static MigopyException misfit(Situation one, String as, String what, String hint) {
        return MigopyException.usage("%s %s, which --as %s cannot repair".formatted(one.name(), what, as), hint);
    }
}

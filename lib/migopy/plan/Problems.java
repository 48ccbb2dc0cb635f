package migopy.plan;

import java.time.Instant;
import java.time.ZoneId;
import migopy.Problem;
import migopy.console.Wording;
import migopy.files.MigrationFile;
import migopy.journal.Actor;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.State;

/** The messages and hints for differences between journal and files. */
final class Problems {
    private Problems() {}

    static Problem edited(JournalEntry entry) {
        return new Problem(
                Problem.ProblemKind.EDITED,
                entry.name(),
                "%s was edited after it was applied%s".formatted(entry.name(), on(entry.finishedAt())),
                "Revert the edit, write a new migration, or accept it: " + repair(entry.name(), "unchanged"));
    }

    /**
     * One whose file is gone.
     *
     * @param likely the pending file that may be it under another name, with other code; or null
     */
    static Problem missing(JournalEntry entry, String likely) {
        return new Problem(
                Problem.ProblemKind.MISSING,
                entry.name(),
                "%s was applied%s, but its file is gone".formatted(entry.name(), on(entry.finishedAt())),
                likely == null
                        ? "Restore the file, or accept that it is gone: " + repair(entry.name(), "applied")
                        : "If it is %s now, record that: %s. Otherwise restore the file, or accept that it is gone: %s"
                                .formatted(
                                        likely,
                                        Wording.command("repair", likely, "--renamed-from", entry.name()),
                                        repair(entry.name(), "applied")));
    }

    /** For a pending file with the number of a migration that another tool has applied. */
    static Problem translated(String name, JournalEntry known) {
        return new Problem(
                Problem.ProblemKind.RENAMED,
                name,
                "%s has the number of %s, which %s has applied"
                        .formatted(name, known.name(), known.adopted().from()),
                "If it does the same, record that: %s. Otherwise give it a higher number"
                        .formatted(Wording.command("repair", name, "--renamed-from", known.name())));
    }

    /** For the rollback of a migration that another tool has applied. */
    static Problem foreign(JournalEntry entry) {
        return new Problem(
                Problem.ProblemKind.MISSING,
                entry.name(),
                "%s was applied by %s, so there is no down() to run"
                        .formatted(entry.name(), entry.adopted().from()),
                "Undo it by hand, then record that: " + repair(entry.name(), "pending"));
    }

    /** For a migration that failed, or that was interrupted and could be run again safely. */
    static Problem goneBeforeApplied(JournalEntry entry) {
        boolean failed = entry.state() == State.FAILED;
        return new Problem(
                Problem.ProblemKind.MISSING,
                entry.name(),
                "%s %s%s, and its file is gone"
                        .formatted(
                                entry.name(),
                                failed ? "failed" : "was interrupted",
                                on(failed ? entry.finishedAt() : entry.startedAt())),
                "Restore the file, or remove the migration: " + repair(entry.name(), "pending"));
    }

    /** @param same whether not even a comment differs */
    static Problem renamed(String name, JournalEntry known, boolean same) {
        return new Problem(
                Problem.ProblemKind.RENAMED,
                name,
                "%s has the %s of %s, which %s%s"
                        .formatted(name, same ? "text" : "code", known.name(), was(known), on(known.finishedAt())),
                "Record the new name: " + Wording.command("repair", name, "--renamed-from", known.name()));
    }

    private static String was(JournalEntry known) {
        return switch (known.state()) {
            case APPLIED -> "was applied";
            case IGNORED -> "is ignored";
            case FAILED -> "failed";
            case ROLLED_BACK -> "was rolled back";
            case SKIPPED -> "was skipped";
            case ROLLBACK_FAILED, ROLLING_BACK -> "was being rolled back";
            case RUNNING -> "was interrupted";
        };
    }

    static Problem renamingUnfinished(String name, String oldName) {
        return new Problem(
                Problem.ProblemKind.RENAMED,
                oldName,
                "Recording that %s is now %s was interrupted".formatted(oldName, name),
                "Finish it: " + Wording.command("repair", name, "--renamed-from", oldName));
    }

    /**
     * Two files with one number.
     *
     * @param wrong the file to be renamed
     * @param to its new file name
     * @param recorded whether the journal has it under its present name
     */
    static Problem duplicate(MigrationFile wrong, MigrationFile other, String to, boolean recorded) {
        String name = to.substring(0, to.length() - MigrationFile.SUFFIX.length());
        return new Problem(
                Problem.ProblemKind.DUPLICATE_NUMBER,
                wrong.name(),
                "%s has the same number as %s".formatted(wrong.name(), other.name()),
                recorded
                        ? "Rename %s to %s, then run: %s"
                                .formatted(
                                        wrong.fileName(),
                                        to,
                                        Wording.command("repair", name, "--renamed-from", wrong.name()))
                        : "Rename %s, which is pending, to %s".formatted(wrong.fileName(), to));
    }

    static Problem outOfOrder(String name, Situation highest) {
        return new Problem(
                Problem.ProblemKind.OUT_OF_ORDER,
                name,
                "%s is out of order: it is pending, but %s is already %s"
                        .formatted(name, highest.name(), highest.state().word()),
                "Run it anyway: %s, or run all such migrations: %s"
                        .formatted(Wording.command("execute", name), Wording.command("execute", "--out-of-order")));
    }

    static Problem rollbackFailed(JournalEntry entry) {
        if (entry.transactional()) { // recorded by an earlier version
            return new Problem(
                    Problem.ProblemKind.FAILED,
                    entry.name(),
                    "The rollback of %s failed%s, and its transaction left nothing behind: it is still applied%s"
                            .formatted(entry.name(), on(entry.finishedAt()), because(entry)),
                    "Record that: " + repair(entry.name(), "applied"));
        }
        return new Problem(
                Problem.ProblemKind.FAILED,
                entry.name(),
                "The rollback of %s failed%s%s".formatted(entry.name(), on(entry.finishedAt()), because(entry)),
                "Check the data, then record its state: " + eitherWay(entry.name()));
    }

    static Problem interrupted(JournalEntry entry, boolean hasFile) {
        boolean down = entry.state() == State.ROLLING_BACK;
        String again = down || !hasFile
                ? ""
                : "run it again: %s, or ".formatted(Wording.command("execute", entry.name(), "--retry"));
        return new Problem(
                Problem.ProblemKind.INTERRUPTED,
                entry.name(),
                "%s%s was interrupted: %s".formatted(down ? "The rollback of " : "", entry.name(), known(entry)),
                "Check the data, then %srecord its state: %s".formatted(again, eitherWay(entry.name())));
    }

    static Problem unverified(JournalEntry entry) {
        String why = entry.verified().message();
        return new Problem(
                Problem.ProblemKind.UNVERIFIED,
                entry.name(),
                "%s is applied, but its verify() did not succeed%s%s"
                        .formatted(
                                entry.name(),
                                on(entry.verified().at()),
                                why == null ? "" : ": " + Wording.shortened(why)),
                "Check the data, then run: %s, or accept it: %s"
                        .formatted(Wording.command("verify", entry.name()), repair(entry.name(), "unverified")));
    }

    private static String repair(String name, String as) {
        return Wording.command("repair", name, "--as", as, "--reason", "...");
    }

    private static String eitherWay(String name) {
        return repair(name, "applied") + ", or: " + repair(name, "pending");
    }

    /** A transactional rollback that was interrupted. */
    static String undoneRollback(JournalEntry entry) {
        return "The rollback of %s was interrupted, and its transaction left nothing behind: it is still applied"
                .formatted(entry.name());
    }

    /** A migration that was interrupted and needs no manual decision. */
    static String safelyInterrupted(JournalEntry entry) {
        return "%s was interrupted, and execute runs it again: %s"
                .formatted(
                        entry.name(),
                        entry.transactional() ? "its transaction left nothing behind" : "it is marked @Resumable");
    }

    private static String known(JournalEntry entry) {
        String who = "run %s%s".formatted(entry.run(), where(entry.by()));
        String since = entry.startedAt() == null ? "" : ", started" + on(entry.startedAt());
        if (JournalEntry.TIMEOUT.equals(entry.errorType())) {
            return who + since + ", timed out; how far it got is unknown";
        }
        if (JournalEntry.INTERRUPTED.equals(entry.errorType())) {
            String why = entry.errorMessage() == null ? "stopped" : entry.errorMessage();
            return who + since + ", " + Wording.shortened(why) + "; how far it got is unknown";
        }
        return who + since + "; its outcome was never recorded";
    }

    private static String where(Actor by) {
        return by == null ? "" : " by " + by.shown();
    }

    private static String because(JournalEntry entry) {
        return entry.errorMessage() == null ? "" : ": " + Wording.shortened(entry.errorMessage());
    }

    private static String on(Instant instant) {
        return instant == null ? "" : " on " + Wording.time(instant, ZoneId.systemDefault());
    }
}

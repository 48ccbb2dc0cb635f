package migopy.plan;

import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Wording;
import migopy.journal.By;
import migopy.journal.JournalEntry;
import migopy.journal.State;

import java.time.Instant;
import java.time.ZoneId;

/** The problems that journal and files have with each other, in words. */
final class Problems {
    private static final String MIGOPY = MigopyException.COMMAND;

    private Problems() {}

    static Problem edited(JournalEntry entry) {
        return new Problem(
                Problem.Kind.EDITED,
                entry.name(),
                "%s was edited after it was applied%s"
                        .formatted(entry.name(), on(entry.finishedAt())),
                ("Take the edit back, write a new migration, or accept it:"
                                + " %s repair %s --as unchanged --reason \"...\"")
                        .formatted(MIGOPY, entry.name()));
    }

    static Problem missing(JournalEntry entry) {
        return new Problem(
                Problem.Kind.MISSING,
                entry.name(),
                "%s was applied%s, but its file is gone"
                        .formatted(entry.name(), on(entry.finishedAt())),
                "Bring the file back, or settle it: %s repair %s --as applied --reason \"...\""
                        .formatted(MIGOPY, entry.name()));
    }

    static Problem outOfOrder(String name, String highest) {
        return new Problem(
                Problem.Kind.OUT_OF_ORDER,
                name,
                "%s is out of order: it is pending, but %s is applied already"
                        .formatted(name, highest),
                "Run it all the same: %s execute %s, or all such: %s execute --out-of-order"
                        .formatted(MIGOPY, name, MIGOPY));
    }

    static Problem rollbackFailed(JournalEntry entry) {
        return new Problem(
                Problem.Kind.FAILED,
                entry.name(),
                "The rollback of %s failed%s%s"
                        .formatted(entry.name(), on(entry.finishedAt()), because(entry)),
                "Look at the data, then settle it: %s repair %s --as applied|pending --reason \"...\""
                        .formatted(MIGOPY, entry.name()));
    }

    static Problem interrupted(JournalEntry entry) {
        boolean down = entry.state() == State.ROLLING_BACK;
        String settle =
                "%s repair %s --as applied|pending --reason \"...\""
                        .formatted(MIGOPY, entry.name());
        return new Problem(
                Problem.Kind.INTERRUPTED,
                entry.name(),
                "%s%s was interrupted: %s"
                        .formatted(down ? "The rollback of " : "", entry.name(), known(entry)),
                down
                        ? "Look at the data, then settle it: " + settle
                        : "Look at the data, then run it again: %s execute %s --retry, or settle it: %s"
                                .formatted(MIGOPY, entry.name(), settle));
    }

    /** What was cut off and needs nobody to look at it. */
    static String safelyInterrupted(JournalEntry entry) {
        if (entry.state() == State.ROLLING_BACK) {
            return "The rollback of %s was interrupted, and its transaction left nothing behind: it is still applied"
                    .formatted(entry.name());
        }
        return "%s was interrupted, and execute runs it again: %s"
                .formatted(
                        entry.name(),
                        entry.transactional()
                                ? "its transaction left nothing behind"
                                : "it is marked @Resumable");
    }

    private static String known(JournalEntry entry) {
        String who = "run %s%s".formatted(entry.run(), where(entry.by()));
        String since = entry.startedAt() == null ? "" : ", begun" + on(entry.startedAt());
        if (JournalEntry.TIMEOUT.equals(entry.errorType())) {
            return who + since + ", ran out of time; how far it came is not known";
        }
        if (JournalEntry.INTERRUPTED.equals(entry.errorType())) {
            return who + since + ", was told to stop; how far it came is not known";
        }
        return who + since + ", never said how it ended";
    }

    private static String where(By by) {
        return by == null ? "" : " by %s on %s, pid %d".formatted(by.user(), by.host(), by.pid());
    }

    private static String because(JournalEntry entry) {
        return entry.errorMessage() == null ? "" : ": " + Wording.shortened(entry.errorMessage());
    }

    private static String on(Instant instant) {
        return instant == null ? "" : " on " + Wording.time(instant, ZoneId.systemDefault());
    }
}

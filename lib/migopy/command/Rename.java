package migopy.command;

import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Wording;
import migopy.journal.Entry.JournalEntry;
import migopy.plan.MigrationState;
import migopy.plan.NameResolver;
import migopy.plan.Overview;
import migopy.plan.Situation;

/**
 * A migration that has another name now, in the files but not yet in the journal.
 *
 * @param now the migration under its new name
 * @param old the migration under its old name; null where its record was moved earlier
 */
public record Rename(Situation now, Situation old) {
    /**
     * Judges, and touches nothing.
     *
     * @throws MigopyException usage, for an unknown name; refused, where nothing was renamed
     */
    static Rename of(Repairs.Order order, Overview overview) {
        Situation now = NameResolver.resolve(order.names().get(0), overview.migrations());
        String from = withoutSuffix(order.renamedFrom());
        boolean gone =
                overview.migrations().stream().noneMatch(one -> one.name().equals(from));
        if (gone && now.entry() != null && from.equals(now.entry().renamedFrom())) {
            return new Rename(now, null);
        }
        Rename rename = new Rename(now, NameResolver.resolve(from, overview.migrations()));
        rename.refuseWhatCannotBe();
        return rename;
    }

    private static String withoutSuffix(String typed) {
        String suffix = ".java";
        return typed.endsWith(suffix) ? typed.substring(0, typed.length() - suffix.length()) : typed;
    }

    /** Whether an earlier repair has done it all. */
    boolean isDone() {
        return old == null;
    }

    /** Whether an earlier repair was killed after the new record was written. */
    boolean isHalfDone() {
        return now.entry() != null && now.entry().replaces(old.entry());
    }

    private void refuseWhatCannotBe() {
        if (now.file() == null) {
            throw MigopyException.refused(
                    "There is no file %s.java".formatted(now.name()),
                    "The new name comes first: " + Wording.command("repair", old.name(), "--renamed-from", now.name()));
        }
        JournalEntry record = old.entry();
        if (record == null || record.bare() || old.state() == MigrationState.PENDING) {
            throw MigopyException.refused(
                    "The journal has no record of %s that could be moved".formatted(old.name()),
                    "See what it has: " + Wording.command("status", "--all"));
        }
        boolean edited = old.problem() != null && old.problem().kind() == Problem.ProblemKind.EDITED;
        if (old.file() != null && !edited && !old.renamed()) {
            throw MigopyException.refused(
                    "%s was not renamed: its file is there".formatted(old.name()),
                    "See the migrations: " + Wording.command("status", "--all"));
        }
        if (now.state() != MigrationState.PENDING && !isHalfDone()) {
            throw MigopyException.refused(
                    "%s is %s and has a record of its own"
                            .formatted(now.name(), now.state().word()),
                    "See it: " + Wording.command("history", now.name()));
        }
    }
}

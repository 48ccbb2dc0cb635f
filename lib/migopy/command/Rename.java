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
 * A migration whose file was renamed, and whose record has the old name.
 *
 * @param now the migration under its new name
 * @param old the migration under its old name; null where its record was moved earlier
 */
public record Rename(Situation now, Situation old) {
    /**
     * Decides, without changing anything.
     *
     * @throws MigopyException usage, for an unknown name; refused, if nothing was renamed
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

    /** Returns whether an earlier repair has completed. */
    boolean isDone() {
        return old == null;
    }

    /** Returns whether an earlier repair was killed after it had written the new record. */
    boolean isHalfDone() {
        return now.entry() != null && now.entry().replaces(old.entry());
    }

    private void refuseWhatCannotBe() {
        if (now.file() == null) {
            throw MigopyException.refused(
                    "The file %s.java does not exist".formatted(now.name()),
                    "Name the new file first: " + Wording.command("repair", old.name(), "--renamed-from", now.name()));
        }
        JournalEntry record = old.entry();
        if (record == null || record.bare() || old.state() == MigrationState.PENDING) {
            throw MigopyException.refused(
                    "The journal has no record of %s to move".formatted(old.name()),
                    "See the migrations: " + Wording.command("status", "--all"));
        }
        boolean edited = old.problem() != null && old.problem().kind() == Problem.ProblemKind.EDITED;
        if (old.file() != null && !edited && !old.renamed()) {
            throw MigopyException.refused(
                    "%s was not renamed: its file still exists".formatted(old.name()),
                    "See the migrations: " + Wording.command("status", "--all"));
        }
        if (now.state() != MigrationState.PENDING && !isHalfDone()) {
            throw MigopyException.refused(
                    "%s is %s and has a record of its own"
                            .formatted(now.name(), now.state().word()),
                    "See its record: " + Wording.command("history", now.name()));
        }
    }
}

package migopy.run;

import com.mongodb.MongoException;

import migopy.MigopyException;
import migopy.console.BackfillControlAnswer;
import migopy.journal.BackfillRecord;
import migopy.journal.JournalEntry;
import migopy.journal.State;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.settings.Settings;

import java.util.List;

/** Asks the backfill of a migration that another terminal runs to pause, to go on, or to end. */
public final class BackfillControl {
    private BackfillControl() {}

    /**
     * Leaves the word with the migration's record, where the backfill finds it with its next
     * checkpoint.
     *
     * @param word {@code pause}, {@code resume} or {@code cancel}
     * @param typed the migration's name, its number, or a beginning of the name
     * @throws MigopyException usage, if no migration that is running is called so, or several are
     */
    public static BackfillControlAnswer run(
            Settings settings, Connection connection, String word, String typed) {
        try {
            List<String> running =
                    Ledger.open(settings, connection).journal().entries().stream()
                            .filter(JournalEntry.class::isInstance)
                            .map(JournalEntry.class::cast)
                            .filter(entry -> entry.state() == State.RUNNING)
                            .filter(entry -> entry.key().isString())
                            .map(entry -> entry.key().asString().getValue())
                            .toList();
            String name = meant(typed, running);
            BackfillRecord record =
                    new BackfillRecord(
                            connection.journalDatabase(), settings.migrationsCollection());
            if (!record.control(name, word)) {
                throw none(typed, List.of());
            }
            return new BackfillControlAnswer(name, word);
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Asking for a " + word);
        }
    }

    private static String meant(String typed, List<String> running) {
        String wanted = typed.replaceFirst("\\.java$", "");
        if (running.contains(wanted)) {
            return wanted;
        }
        boolean number = wanted.matches("[0-9]+");
        List<String> found =
                running.stream()
                        .filter(name -> name.startsWith(number ? wanted + "_" : wanted))
                        .toList();
        if (found.size() != 1) {
            throw none(typed, found.isEmpty() ? running : found);
        }
        return found.get(0);
    }

    private static MigopyException none(String typed, List<String> others) {
        return MigopyException.usage(
                "No migration that is running is called %s".formatted(typed),
                others.isEmpty()
                        ? "None is running; what was: %s status".formatted(MigopyException.COMMAND)
                        : "Running: " + String.join(", ", others));
    }
}

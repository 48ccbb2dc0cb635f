package migopy.command;

import com.mongodb.MongoException;
import java.util.List;
import migopy.MigopyException;
import migopy.backfill.BackfillProgress;
import migopy.console.Answer;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.journal.BackfillRecord;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Writes.Precondition;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.plan.MigrationState;
import migopy.plan.NameResolver;
import migopy.plan.Situation;
import migopy.run.Ledger;
import migopy.run.Survey;
import migopy.run.Survey.JournalView;
import migopy.settings.Settings;
import org.bson.BsonInvalidOperationException;
import org.bson.BsonValue;
import org.bson.Document;

/**
 * Controls the backfills of one migration: what another terminal runs pauses, resumes or ends, and
 * what stopped may continue although its migration was edited.
 */
public final class BackfillControl {
    private static final String CONTINUE = "continue";

    private final List<Situation> migrations;
    private final BackfillRecord record;

    private BackfillControl(List<Situation> migrations, BackfillRecord record) {
        this.migrations = migrations;
        this.record = record;
    }

    /**
     * Leaves the word with the migration's record, where the backfill finds it with its next
     * checkpoint.
     *
     * @param word {@code pause}, {@code resume}, {@code cancel} or {@code continue}
     * @param typed the migration's name, its number, or a beginning of the name
     * @throws MigopyException usage, if no migration is called so, or it has no such backfill
     */
    public static BackfillControlAnswer run(Settings settings, Connection connection, String word, String typed) {
        Survey survey = Survey.of(settings); // while the connection is being made
        try {
            var view = JournalView.read(Ledger.open(settings, connection), connection);
            var control = new BackfillControl(
                    survey.with(view).migrations(),
                    new BackfillRecord(connection.journalDatabase(), settings.migrationsCollection()));
            Situation one = NameResolver.resolve(typed, control.migrations);
            if (word.equals(CONTINUE)) {
                control.letContinue(one);
            } else {
                control.ask(one, word);
            }
            return new BackfillControlAnswer(one.name(), word);
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Asking for a " + word);
        }
    }

    private void ask(Situation one, String word) {
        if (one.state() == MigrationState.INTERRUPTED) {
            throw MigopyException.usage(
                    "The run of %s ended without a word: nothing is there to %s".formatted(one.name(), word),
                    "To go on: " + Wording.command("execute", one.name(), "--retry"));
        }
        if (one.state() != MigrationState.RUNNING) {
            throw notRunning(one);
        }
        if (!hasBackfill(one.entry(), false)) {
            throw MigopyException.usage(
                    "%s is running, but no backfill of it".formatted(one.name()),
                    "See what runs: %s status".formatted(MigopyException.COMMAND));
        }
        if (!record.control(one.name(), word)) {
            throw notRunning(one); // It has ended since.
        }
    }

    private void letContinue(Situation one) {
        boolean stopped = one.state() == MigrationState.FAILED || one.state() == MigrationState.INTERRUPTED;
        if (!stopped || !hasBackfill(one.entry(), true)) {
            throw MigopyException.usage(
                    "%s is %s, and has no backfill that stopped"
                            .formatted(one.name(), one.state().word()),
                    "See what there is: %s status".formatted(MigopyException.COMMAND));
        }
        if (!record.forgetDigests(
                Precondition.of(one.entry()),
                List.copyOf(one.entry().checkpoints().keySet()))) {
            throw MigopyException.usage(
                    "Another run has started %s meanwhile".formatted(one.name()),
                    "See what runs: %s status".formatted(MigopyException.COMMAND));
        }
    }

    /**
     * Whether the record has a checkpoint.
     *
     * @param finished whether that of a backfill that is done counts, too
     */
    private static boolean hasBackfill(JournalEntry entry, boolean finished) {
        return entry.checkpoints() != null
                && entry.checkpoints().values().stream().anyMatch(one -> finished || !done(one));
    }

    private static boolean done(BsonValue checkpoint) {
        try {
            return BackfillProgress.of(checkpoint.asDocument()).phase() == BackfillProgress.Phase.DONE;
        } catch (BsonInvalidOperationException e) {
            return true; // Nothing that a backfill wrote.
        }
    }

    private MigopyException notRunning(Situation one) {
        List<String> running = migrations.stream()
                .filter(each -> each.state() == MigrationState.RUNNING)
                .map(Situation::name)
                .toList();
        return MigopyException.usage(
                "%s is not running: it is %s".formatted(one.name(), one.state().word()),
                running.isEmpty()
                        ? "See what there is: %s status".formatted(MigopyException.COMMAND)
                        : "Running: " + String.join(", ", running));
    }

    /**
     * What the backfill of a running migration was asked for.
     *
     * @param name the migration, without {@code .java}
     * @param asked {@code pause}, {@code resume}, {@code cancel} or {@code continue}
     */
    public record BackfillControlAnswer(String name, String asked) implements Answer {
        @Override
        public void words(Words out) {
            out.line(
                    asked.equals("continue")
                            ? "The backfills of %s continue from their checkpoints. Run: %s"
                                    .formatted(name, Wording.command("execute", name))
                            : "%s is asked to %s, after the current batch.".formatted(name, asked));
        }

        @Override
        public Document json() {
            return new Document("name", name).append("asked", asked);
        }
    }
}

package migopy.command;

import com.mongodb.MongoException;
import java.util.List;
import migopy.MigopyException;
import migopy.backfill.BackfillProgress;
import migopy.backfill.BackfillProgress.Phase;
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
 * Controls the backfills of a migration: pauses, resumes or cancels one that runs in another terminal, or lets a
 * stopped one continue although its migration was edited.
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
     * Writes the request into the migration's record, where the backfill reads it with its next checkpoint.
     *
     * @param word {@code pause}, {@code resume}, {@code cancel} or {@code continue}
     * @param typed the migration's name, number or unambiguous prefix
     * @throws MigopyException usage, if there is no such migration or it has no such backfill
     */
    public static BackfillControlAnswer run(Settings settings, Connection connection, String word, String typed) {
        Survey survey = Survey.of(settings); // while the connection is being made
        try {
            Ledger ledger = Ledger.open(settings, connection);
            var view = JournalView.read(ledger, connection);
            var control = new BackfillControl(
                    survey.with(view, ledger.journal()).migrations(),
                    new BackfillRecord(connection.journalDatabase(), settings.migrationsCollection()));
            Situation one = NameResolver.resolve(typed, control.migrations);
            if (word.equals(CONTINUE)) {
                control.letContinue(one);
            } else {
                control.ask(one, word);
            }
            return new BackfillControlAnswer(one.name(), word, isPaused(one));
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Sending the request to " + word);
        }
    }

    private void ask(Situation one, String word) {
        if (one.state() == MigrationState.INTERRUPTED) {
            throw MigopyException.usage(
                    "The run of %s has crashed; there is no running backfill to %s".formatted(one.name(), word),
                    "To continue, run: " + Wording.command("execute", one.name(), "--retry"));
        }
        if (one.state() != MigrationState.RUNNING) {
            throw notRunning(one);
        }
        if (!hasBackfill(one.entry(), false)) {
            throw MigopyException.usage(
                    "%s is running, but not a backfill".formatted(one.name()),
                    "See what is running: %s status".formatted(MigopyException.COMMAND));
        }
        if (!record.control(one.name(), word)) {
            throw notRunning(one); // it has just ended
        }
    }

    private void letContinue(Situation one) {
        boolean stopped = one.state() == MigrationState.FAILED || one.state() == MigrationState.INTERRUPTED;
        if (!stopped || !hasBackfill(one.entry(), true)) {
            throw MigopyException.usage(
                    "%s is %s and has no stopped backfill"
                            .formatted(one.name(), one.state().word()),
                    "See the migrations: %s status".formatted(MigopyException.COMMAND));
        }
        if (!record.forgetDigests(
                Precondition.of(one.entry()),
                List.copyOf(one.entry().checkpoints().keySet()))) {
            throw MigopyException.usage(
                    "Another run has started %s in the meantime".formatted(one.name()),
                    "See what is running: %s status".formatted(MigopyException.COMMAND));
        }
    }

    /**
     * Returns whether the record has a checkpoint.
     *
     * @param finished whether to include completed backfills
     */
    private static boolean hasBackfill(JournalEntry entry, boolean finished) {
        return entry.checkpoints() != null
                && entry.checkpoints().values().stream().anyMatch(one -> finished || phase(one) != Phase.DONE);
    }

    private static boolean isPaused(Situation one) {
        return one.entry().checkpoints().values().stream().anyMatch(each -> phase(each) == Phase.PAUSED);
    }

    private static Phase phase(BsonValue checkpoint) {
        try {
            return BackfillProgress.of(checkpoint.asDocument()).phase();
        } catch (BsonInvalidOperationException e) {
            return Phase.DONE; // not written by a backfill
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
                        ? "See the migrations: %s status".formatted(MigopyException.COMMAND)
                        : "Running: " + String.join(", ", running));
    }

    /**
     * The request that was sent to a backfill.
     *
     * @param name the migration, without {@code .java}
     * @param asked {@code pause}, {@code resume}, {@code cancel} or {@code continue}
     * @param paused whether it was paused, so that there is no current batch
     */
    public record BackfillControlAnswer(String name, String asked, boolean paused) implements Answer {
        @Override
        public void words(Words out) {
            out.line(
                    asked.equals(CONTINUE)
                            ? "The backfills of %s continue from their checkpoints. Run: %s"
                                    .formatted(name, Wording.command("execute", name))
                            : "%s is asked to %s%s.".formatted(name, asked, paused ? "" : ", after the current batch"));
        }

        @Override
        public Document json() {
            return new Document("name", name).append("asked", asked);
        }
    }
}

package migopy.command;

import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import migopy.console.Console;
import migopy.fix.FixHistory;
import migopy.fix.FixMigration;
import migopy.fix.FixRecord;
import migopy.settings.Redactor;
import migopy.settings.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code fix-to-migration RUN WORDS...}. */
@Command(
        name = "fix-to-migration",
        description = "Converts a recorded fix to a migration file, for other environments.")
final class FixToMigration implements Action {
    @Parameters(index = "0", arity = "0..1", paramLabel = "RUN", description = "the run of the fix")
    private String run;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "WORDS", description = "what it does: fix totals")
    private List<String> words = new ArrayList<>();

    @Mixin
    private final NewFile file = new NewFile();

    @Override
    public int run(Session session) {
        if (run == null) {
            throw MigopyException.usage(
                    "fix-to-migration needs the run of a fix", "List all fixes: {migopy} history --fixes");
        }
        Settings settings = session.settings();
        FixRecord fix = FixHistory.find(settings, session.connection(), run)
                .orElseThrow(() ->
                        MigopyException.usage("There is no fix " + run, "List all fixes: {migopy} history --fixes"));
        FixMigration text = new FixMigration(fix, settings);
        file.write(session, words, text);
        reportManualSteps(fix, text, session.console());
        return 0;
    }

    private static void reportManualSteps(FixRecord fix, FixMigration text, Console console) {
        if (!fix.outcome().equals("applied")) {
            console.notice("The outcome of this fix is \"%s\": review the migration.".formatted(fix.outcome()));
        }
        if (fix.source().contains(Redactor.MASK)) {
            console.notice("The record contains %s instead of a secret: read it from the environment in the migration."
                    .formatted(Redactor.MASK));
        }
        if (fix.transactional() && !text.transactional()) {
            console.notice("This fix ran in one transaction. For the same, give up() the parameters"
                    + " (MongoDatabase, ClientSession).");
        }
    }
}

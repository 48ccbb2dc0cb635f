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
        description = "Writes a migration file of a recorded fix, for the other environments.")
final class FixToMigration implements Action {
    @Parameters(index = "0", arity = "0..1", paramLabel = "RUN", description = "the fix's run")
    private String run;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "WORDS", description = "what it does: mend totals")
    private List<String> words = new ArrayList<>();

    @Mixin
    private final NewFile file = new NewFile();

    @Override
    public int run(Session session) {
        if (run == null) {
            throw MigopyException.usage("fix-to-migration needs a fix's run", "All of them: {migopy} history --fixes");
        }
        Settings settings = session.settings();
        FixRecord fix = FixHistory.find(settings, session.connection(), run)
                .orElseThrow(
                        () -> MigopyException.usage("There is no fix " + run, "All of them: {migopy} history --fixes"));
        FixMigration text = new FixMigration(fix, settings);
        file.write(session, words, text);
        sayWhatIsLeftToDo(fix, text, session.console());
        return 0;
    }

    private static void sayWhatIsLeftToDo(FixRecord fix, FixMigration text, Console console) {
        if (!fix.outcome().equals("applied")) {
            console.notice("That fix is " + fix.outcome() + ": review its migration.");
        }
        if (fix.source().contains(Redactor.MASK)) {
            console.notice("A secret stood where the record has " + Redactor.MASK + ".");
        }
        if (fix.transactional() && !text.transactional()) {
            console.notice("That fix ran in one transaction. A migration does so if its up() takes"
                    + " (MongoDatabase, ClientSession).");
        }
    }
}

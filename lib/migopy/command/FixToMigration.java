package migopy.command;

import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Console;
import migopy.console.Direction;
import migopy.console.FixRecord;
import migopy.files.Compilation;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.fix.FixMigration;
import migopy.run.FixHistory;
import migopy.settings.Redactor;
import migopy.settings.Settings;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.List;

/** {@code fix-to-migration RUN WORDS...}. */
@Command(
        name = "fix-to-migration",
        description = "Writes a migration file of a recorded fix, for the other environments.")
final class FixToMigration implements Action {
    @Parameters(index = "0", arity = "0..1", paramLabel = "RUN", description = "the fix's run")
    private String run;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "WORDS",
            description = "what it does: mend totals")
    private List<String> words = new ArrayList<>();

    @Mixin private final NewFile file = new NewFile();

    @Override
    public int run(Session session) {
        if (run == null) {
            throw MigopyException.usage(
                    "fix-to-migration needs a fix's run", "All of them: {migopy} history --fixes");
        }
        Settings settings = session.settings();
        FixRecord fix =
                FixHistory.find(settings, session.connection(), run)
                        .orElseThrow(
                                () ->
                                        MigopyException.usage(
                                                "There is no fix " + run,
                                                "All of them: {migopy} history --fixes"));
        MigrationFile written = file.write(settings, words, new FixMigration(fix));
        sayWhatIsLeftToDo(fix, written, settings, session.console());
        session.console().answer(NewFile.answer(settings, written));
        return 0;
    }

    private static void sayWhatIsLeftToDo(
            FixRecord fix, MigrationFile file, Settings settings, Console console) {
        if (!fix.outcome().equals("applied")) {
            console.notice("That fix is " + fix.outcome() + ": look its migration over.");
        }
        if (fix.source().contains(Redactor.MASK)) {
            console.notice("A secret stood where the record has " + Redactor.MASK + ".");
        }
        Compilation compilation =
                SourceCompiler.compileOnce(
                        settings.home(),
                        settings.cacheDirectory(),
                        System.getenv(),
                        List.of(MigrationSource.read(file)));
        for (Problem problem : compilation.problems()) {
            console.notice("It does not compile yet: " + problem.message());
        }
        boolean transactional =
                compilation.migrations().stream().anyMatch(one -> one.transactional(Direction.UP));
        if (fix.transactional() && !transactional) {
            console.notice(
                    "That fix ran in one transaction. A migration does so if its up() takes"
                            + " (MongoDatabase, ClientSession).");
        }
    }
}

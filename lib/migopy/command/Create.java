package migopy.command;

import migopy.files.NewMigration;
import migopy.settings.Settings;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.List;

/** {@code create WORDS...}. */
@Command(
        name = "create",
        description = "Writes a new migration file from the template, numbered as the others are.")
final class Create implements Action {
    @Parameters(arity = "0..*", paramLabel = "WORDS", description = "what it does: add users")
    private List<String> words = new ArrayList<>();

    @Mixin private final NewFile file = new NewFile();

    @Override
    public int run(Session session) {
        Settings settings = session.settings();
        session.console()
                .answer(
                        NewFile.answer(
                                settings, file.write(settings, words, NewMigration::template)));
        return 0;
    }
}

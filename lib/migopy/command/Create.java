package migopy.command;

import java.util.ArrayList;
import java.util.List;
import migopy.files.NewMigration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code create WORDS...}. */
@Command(
        name = "create",
        description = "Writes a new migration file from the template, named and numbered like the newest one.")
final class Create implements Action {
    @Parameters(arity = "0..*", paramLabel = "WORDS", description = "what it does: add users")
    private List<String> words = new ArrayList<>();

    @Mixin
    private final NewFile file = new NewFile();

    @Override
    public int run(Session session) {
        file.write(session, words, NewMigration::template);
        return 0;
    }
}

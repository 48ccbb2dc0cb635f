package migopy.command;

import java.util.ArrayList;
import java.util.List;
import migopy.files.Templates;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code create WORDS...}. */
@Command(
        name = "create",
        description = "Writes a new migration file from a template, named and numbered like the newest one.")
final class Create implements Action {
    @Parameters(arity = "0..*", paramLabel = "WORDS", description = "what it does: add users")
    private List<String> words = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "TEMPLATE",
            description = "backfill, index, rename-field, transaction, unique, validator, or one of the project's own")
    private String template;

    @Mixin
    private final NewFile file = new NewFile();

    @Override
    public int run(Session session) {
        file.write(session, words, Templates.find(session.settings().migrationsDirectory(), template));
        return 0;
    }
}

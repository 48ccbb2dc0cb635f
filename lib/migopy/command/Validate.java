package migopy.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code validate}. */
@Command(
        name = "validate",
        description = "Every check that needs no database: names, numbers, compilation, the shape of each" + " class.")
final class Validate implements Action {
    @Option(names = "--database", description = "also compare with the journal")
    private boolean database;

    @Override
    public int run(Session session) throws Exception {
        ValidateAnswer answer = Validation.run(session.settings(), database ? session.connection() : null);
        session.console().answer(answer);
        return answer.exitCode();
    }
}

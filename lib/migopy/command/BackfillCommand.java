package migopy.command;

import java.util.Set;
import migopy.MigopyException;
import migopy.console.Wording;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code backfill pause|resume|cancel|continue NAME}. */
@Command(
        name = "backfill",
        description = "Pauses, resumes or cancels a running backfill from another terminal; continue lets a stopped one"
                + " continue although its migration was edited.")
final class BackfillCommand implements Action {
    private static final Set<String> WORDS = Set.of("pause", "resume", "cancel", "continue");

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "pause|resume|cancel|continue",
            description = "what to do with it")
    private String word;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "the migration of the backfill")
    private String name;

    @Override
    public int run(Session session) throws Exception {
        if (word == null || !WORDS.contains(word)) {
            throw MigopyException.usage(
                    word == null ? "backfill needs an action and a migration" : "backfill cannot " + word,
                    "Pause, resume, cancel or continue it, for example: "
                            + Wording.command("backfill", "pause", name == null ? "NAME" : name));
        }
        if (name == null) {
            throw MigopyException.usage(
                    "backfill %s needs a migration".formatted(word),
                    "List the running ones: %s status".formatted(MigopyException.COMMAND));
        }
        session.console().answer(BackfillControl.run(session.settings(), session.connection(), word, name));
        return 0;
    }
}

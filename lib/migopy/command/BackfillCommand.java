package migopy.command;

import migopy.MigopyException;
import migopy.run.BackfillControl;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.Set;

/** {@code backfill pause|resume|cancel NAME}. */
@Command(
        name = "backfill",
        description =
                "Lets the backfill of a migration that another terminal runs pause, go on or end.")
final class BackfillCommand implements Action {
    private static final Set<String> WORDS = Set.of("pause", "resume", "cancel");

    @Parameters(index = "0", paramLabel = "WORD", description = "pause, resume or cancel")
    private String word;

    @Parameters(index = "1", paramLabel = "NAME", description = "the migration that is running")
    private String name;

    @Override
    public int run(Session session) throws Exception {
        if (!WORDS.contains(word)) {
            throw MigopyException.usage(
                    "backfill cannot " + word,
                    "Type: %s backfill pause|resume|cancel %s"
                            .formatted(MigopyException.COMMAND, name));
        }
        session.console()
                .answer(BackfillControl.run(session.settings(), session.connection(), word, name));
        return 0;
    }
}

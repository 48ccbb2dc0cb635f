package migopy.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code history [NAME]}. */
@Command(name = "history", description = "Every attempt: when, who, where, how long, how it ended.")
final class History implements Action {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "only this one's")
    private String name;

    @Override
    public int run(Session session) throws Exception {
        session.console()
                .answer(migopy.run.History.read(session.settings(), session.connection(), name));
        return 0;
    }
}

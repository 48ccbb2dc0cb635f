package migopy.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code help [COMMAND]}. */
@Command(name = "help", description = "What can be typed, or what one command takes.")
final class Help implements Action {
    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "only this one's")
    private String command;

    @Override
    public int run(Session session) {
        session.console().answer(HelpText.of(session, command));
        return 0;
    }
}

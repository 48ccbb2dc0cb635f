package migopy.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code status}, and what runs when no command is named. */
@Command(name = "status", description = "The migrations and how they stand, pending ones last, then every problem.")
final class Status implements Action {
    @Option(names = "--all", description = "every one, not only the last ten that are applied")
    private boolean all;

    @Option(names = "--check", description = "exit 8 if something is pending, 3 if there is a problem")
    private boolean check;

    @Option(names = "--compile", description = "also compile what is pending, and report what does not")
    private boolean compile;

    @Override
    public int run(Session session) throws Exception {
        StatusAnswer answer = StatusReader.read(session.settings(), session.connection(), all, compile);
        session.console().answer(answer);
        return check ? answer.checkCode() : 0;
    }
}

package migopy.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code unlock}. */
@Command(name = "unlock", description = "Removes a lock whose lease has run out.")
final class Unlock implements Action {
    @Option(names = "--owner", paramLabel = "ID", description = "remove this owner's, though its lease still runs")
    private String owner;

    @Override
    public int run(Session session) throws Exception {
        session.console().answer(migopy.command.UnlockWork.run(session.settings(), session.connection(), owner));
        return 0;
    }
}

package migopy.command;

import java.util.Optional;
import migopy.MigopyException;
import migopy.console.Answer;
import migopy.fix.FixHistory;
import migopy.fix.FixRecord;
import migopy.mongo.Connection;
import migopy.settings.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code history [NAME]}, {@code history --fixes} and {@code history RUN}. */
@Command(name = "history", description = "Every attempt: when, who, where, how long, how it ended.")
final class History implements Action {
    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "only this one's; a fix's run: its source and output")
    private String name;

    @Option(names = "--fixes", description = "the ad-hoc fixes and shells")
    private boolean fixes;

    @Override
    public int run(Session session) throws Exception {
        session.console().answer(answer(session.settings(), session.connection()));
        return 0;
    }

    private Answer answer(Settings settings, Connection connection) {
        if (fixes && name == null) {
            return FixHistory.read(settings, connection);
        }
        Optional<FixRecord> fix = name == null ? Optional.empty() : FixHistory.find(settings, connection, name);
        if (fix.isPresent()) {
            return fix.get();
        }
        if (fixes) {
            throw MigopyException.usage("There is no fix " + name, "All of them: {migopy} history --fixes");
        }
        return migopy.command.HistoryWork.read(settings, connection, name);
    }
}

package migopy.command;

import migopy.plan.Request;
import migopy.run.RunOptions;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code ignore [NAME...]}. */
@Command(name = "ignore", description = "Registers pending migrations without executing them.")
final class Ignore implements Action {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "only these")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--to",
            paramLabel = "NAME",
            description = "up to this one, which is ignored too")
    private String to;

    @Option(names = "--dry-run", description = "only say what would be ignored; nothing is written")
    private boolean dryRun;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "wait so long for the lock: 30s, 5m, 2h")
    private String wait;

    @Override
    public int run(Session session) throws Exception {
        Duration waiting =
                wait == null
                        ? Duration.ZERO
                        : migopy.settings.Durations.parseFromZero(wait, "--wait");
        RunOptions options = new RunOptions(dryRun, waiting, null, false, false);
        return session.run(new Request.Ignore(names, to), options);
    }
}

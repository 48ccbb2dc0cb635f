package migopy.command;

import java.util.ArrayList;
import java.util.List;
import migopy.plan.Request.ExecuteRequest;
import migopy.run.Runner.RunOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code execute [NAME...]}. */
@Command(
        name = "execute",
        description = "Runs up() of all that is pending, or of those named, in order, and records each.")
final class Execute implements Action {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "only these; also one that is out of order")
    private List<String> names = new ArrayList<>();

    @Option(names = "--to", paramLabel = "NAME", description = "up to this one, which is run too")
    private String to;

    @Option(names = "--steps", paramLabel = "N", description = "at most so many")
    private Integer steps;

    @Option(names = "--dry-run", description = "only say what would be run; nothing is written")
    private boolean dryRun;

    @Option(names = "--out-of-order", description = "also what is pending below the last applied one")
    private boolean outOfOrder;

    @Option(names = "--retry", description = "run again what was interrupted")
    private boolean retry;

    @Option(names = "--dump-touched", description = "first dump the collections that the migrations name")
    private boolean dumpTouched;

    @Option(
            names = "--estimate",
            description = "call up() with a database that can only be read, and say what it would do")
    private boolean estimate;

    @Mixin
    private final Limits limits = new Limits();

    @Override
    public int run(Session session) throws Exception {
        if (steps != null && steps < 1) {
            throw migopy.MigopyException.usage(
                    "--steps " + steps + " leaves nothing to run", "Give it a number above 0");
        }
        ExecuteRequest request = new ExecuteRequest(names, to, steps, outOfOrder, retry);
        if (estimate && !dryRun) { // a dry run calls nothing of the user's
            return session.estimate(request);
        }
        RunOptions options = new RunOptions(
                dryRun, limits.waiting(), limits.timeout(), session.settings().dump(), dumpTouched);
        return session.run(request, options);
    }
}

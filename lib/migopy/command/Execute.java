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
        description = "Runs up() of all pending migrations, or of those named, in order, and records each.")
final class Execute implements Action {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "only these, even if they are out of order")
    private List<String> names = new ArrayList<>();

    @Option(names = "--to", paramLabel = "NAME", description = "up to and including this migration")
    private String to;

    @Option(names = "--steps", paramLabel = "N", description = "at most N migrations")
    private Integer steps;

    @Option(names = "--dry-run", description = "show what would be run, and write nothing")
    private boolean dryRun;

    @Option(names = "--out-of-order", description = "also run pending migrations below the highest applied one")
    private boolean outOfOrder;

    @Option(names = "--retry", description = "run interrupted migrations again")
    private boolean retry;

    @Option(names = "--dump-touched", description = "first dump the collections that the migrations mention")
    private boolean dumpTouched;

    @Option(names = "--estimate", description = "call up() with a read-only database, and show what it would do")
    private boolean estimate;

    @Option(names = "--lint", description = "first check the sources; an error refuses the run")
    private boolean lint;

    @Mixin
    private final Limits limits = new Limits();

    @Override
    public int run(Session session) throws Exception {
        if (steps != null && steps < 1) {
            throw migopy.MigopyException.usage(
                    "--steps must be at least 1", "Leave it out to run all pending migrations");
        }
        ExecuteRequest request = new ExecuteRequest(names, to, steps, outOfOrder, retry);
        if (lint) {
            Lint.refuseErrors(session, request);
        }
        if (estimate && !dryRun) { // a dry run calls no user code
            return session.estimate(request);
        }
        RunOptions options = new RunOptions(
                dryRun, limits.waiting(), limits.timeout(), session.settings().dump(), dumpTouched);
        return session.run(request, options);
    }
}

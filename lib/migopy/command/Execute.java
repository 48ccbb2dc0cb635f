package migopy.command;

import migopy.plan.Request.ExecuteRequest;
import migopy.run.Runner.RunOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code execute [NAME...]}. */
@Command(
        name = "execute",
        description = "Runs up() of all pending migrations, or of those named, in order, and records each.")
final class Execute implements Action {
    @Mixin
    private final PendingOptions pending = new PendingOptions();

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
        ExecuteRequest request = pending.request(outOfOrder, retry);
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

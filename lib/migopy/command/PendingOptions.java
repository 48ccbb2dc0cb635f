package migopy.command;

import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import migopy.plan.Request.ExecuteRequest;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Arguments of the commands that run pending migrations: which of them. */
final class PendingOptions {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "only these, even if they are out of order")
    private List<String> names = new ArrayList<>();

    @Option(names = "--to", paramLabel = "NAME", description = "up to and including this migration")
    private String to;

    @Option(names = "--steps", paramLabel = "N", description = "at most N migrations")
    private Integer steps;

    /**
     * Returns the request.
     *
     * @throws MigopyException usage, if it can select nothing
     */
    ExecuteRequest request(boolean outOfOrder, boolean retry) {
        if (steps != null && steps < 1) {
            throw MigopyException.usage("--steps must be at least 1", "Leave it out to run all pending migrations");
        }
        return new ExecuteRequest(names, to, steps, outOfOrder, retry);
    }
}

package migopy.command;

import java.time.Duration;
import migopy.run.Runner.RunOptions;
import migopy.settings.Durations;
import picocli.CommandLine.Option;

/** How long a run waits, and how long a migration may take: options of several commands. */
final class Limits {
    @Option(names = "--wait", paramLabel = "TIME", description = "wait so long for the lock: 30s, 5m, 2h")
    private String wait;

    @Option(names = "--timeout", paramLabel = "TIME", description = "end a migration that takes longer")
    private String timeout;

    /** How long to wait for the lock; zero to not wait. */
    Duration waiting() {
        return wait == null ? Duration.ZERO : Durations.parseFromZero(wait, "--wait");
    }

    /** How long one migration may take, or null. */
    Duration timeout() {
        return timeout == null ? null : Durations.parse(timeout, "--timeout");
    }

    /** The options of a run that dumps nothing. */
    RunOptions options(boolean dryRun) {
        return new RunOptions(dryRun, waiting(), timeout(), false, false);
    }
}

package migopy.command;

import java.time.Duration;
import migopy.run.Runner.RunOptions;
import migopy.settings.Durations;
import picocli.CommandLine.Option;

/** Options of several commands: how long to wait for the lock, and how long a migration may take. */
final class Limits {
    @Option(names = "--wait", paramLabel = "TIME", description = "wait for the lock: 30s, 5m, 2h")
    private String wait;

    @Option(names = "--timeout", paramLabel = "TIME", description = "stop a migration that takes longer")
    private String timeout;

    /** Returns how long to wait for the lock; zero for not at all. */
    Duration waiting() {
        return wait == null ? Duration.ZERO : Durations.parseFromZero(wait, "--wait");
    }

    /** Returns how long one migration may take, or null. */
    Duration timeout() {
        return timeout == null ? null : Durations.parse(timeout, "--timeout");
    }

    /** Returns the options of a run that does not dump. */
    RunOptions options(boolean dryRun) {
        return new RunOptions(dryRun, waiting(), timeout(), false, false);
    }
}

package migopy.command;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import migopy.MigopyException;
import migopy.run.Runner.RunOptions;
import migopy.settings.Durations;
import picocli.CommandLine.Option;

/** Options of several commands: how long to wait for the lock, and how long a migration may take. */
final class Limits {
    /** The same limit as for an error's message; a document of the journal keeps twenty of them. */
    private static final int REASON_BYTES = 4 * 1024;

    @Option(names = "--wait", paramLabel = "TIME", description = "wait for the lock: 30s, 5m, 2h")
    private String wait;

    @Option(names = "--timeout", paramLabel = "TIME", description = "stop a migration that takes longer")
    private String timeout;

    /** Returns how long to wait for the lock; zero for not at all. */
    Duration waiting() {
        return waiting(wait);
    }

    /** Returns the same for a command whose only limit this is. */
    static Duration waiting(String wait) {
        return wait == null ? Duration.ZERO : Durations.parseFromZero(wait, "--wait");
    }

    /** Returns how long one migration may take, or null. */
    Duration timeout() {
        return timeout(timeout);
    }

    /** Returns the same for a command that does not wait for the lock. */
    static Duration timeout(String timeout) {
        return timeout == null ? null : Durations.parse(timeout, "--timeout");
    }

    /**
     * Checks the length of a reason.
     *
     * @throws MigopyException usage, if it is too long for the journal
     */
    static void refuseLong(String reason) {
        if (reason.getBytes(StandardCharsets.UTF_8).length > REASON_BYTES) {
            throw MigopyException.usage("The reason is longer than 4 kB", "Shorten it, or link to it");
        }
    }

    /** Returns the options of a run that does not dump. */
    RunOptions options(boolean dryRun) {
        return new RunOptions(dryRun, waiting(), timeout(), false, false);
    }
}

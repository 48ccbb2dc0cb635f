package migopy.console;

import org.bson.Document;

/**
 * A shell that has ended.
 *
 * @param run the run's id, by which {@code history} finds it
 * @param outcome {@code applied}, or {@code failed} if a snippet has thrown
 * @param durationMs how long it was open
 * @param recorded whether it could be recorded
 * @param exitCode 0, or that of {@code /exit 3}
 */
public record ShellAnswer(String run, String outcome, long durationMs, boolean recorded, int exitCode)
        implements Answer {
    @Override
    public void words(Words out) {
        out.line(recorded ? "Recorded: {migopy} history " + run : "Not recorded.");
    }

    @Override
    public Document json() {
        return new Document("run", run)
                .append("outcome", outcome)
                .append("durationMs", durationMs)
                .append("recorded", recorded)
                .append("exitCode", exitCode);
    }
}

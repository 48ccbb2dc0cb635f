package migopy.console;

import org.bson.Document;

import java.time.Instant;
import java.util.List;

/**
 * Every attempt that the journal knows of.
 *
 * @param database the database's name
 * @param server where it is, without secrets
 * @param collection the journal's collection
 * @param attempts oldest first
 */
public record HistoryAnswer(
        String database, String server, String collection, List<Attempt> attempts)
        implements Answer {

    /**
     * One attempt. Directions and outcomes are the journal's own words, so that one of a newer
     * version is shown too.
     *
     * @param name the migration, without {@code .java}
     * @param direction {@code up}, {@code down}, {@code ignore} or {@code repair}
     * @param outcome {@code applied}, {@code failed}, ...; {@code running} while it is under way
     * @param run the run's id, or null
     * @param startedAt by the server's clock, or null
     * @param finishedAt by the server's clock, or null
     * @param durationMs in milliseconds, or null
     * @param user who, or null
     * @param host where, or null
     * @param pid the process there, or null
     * @param migopy the version of Migopy, or null
     * @param reason what a person gave as the reason of a repair, or null
     * @param error why it failed, or null
     */
    public record Attempt(
            String name,
            String direction,
            String outcome,
            String run,
            Instant startedAt,
            Instant finishedAt,
            Long durationMs,
            String user,
            String host,
            Long pid,
            String migopy,
            String reason,
            StepError error) {}

    public HistoryAnswer {
        attempts = List.copyOf(attempts);
    }

    @Override
    public void words(Words out) {}

    @Override
    public Document json() {
        return new Document();
    }
}

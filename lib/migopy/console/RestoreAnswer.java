package migopy.console;

import org.bson.Document;

import java.time.Duration;
import java.util.List;

/**
 * A dump that was restored.
 *
 * @param database the database that it went into
 * @param folder where the dump lies
 * @param checked whether a manifest vouched for its files
 * @param collections what was restored, by name
 * @param duration how long it took
 */
public record RestoreAnswer(
        String database,
        String folder,
        boolean checked,
        List<Collection> collections,
        Duration duration)
        implements Answer {
    /**
     * One of them.
     *
     * @param type {@code collection}, {@code view} or {@code timeseries}
     * @param documents how many were written; of a time series the buckets
     * @param duplicates how many were not, because their key was there before
     * @param indexes how many were built, without that of {@code _id}
     */
    public record Collection(
            String name, String type, long documents, long duplicates, int indexes) {}

    public RestoreAnswer {
        collections = List.copyOf(collections);
    }

    /** How many documents were written, in all. */
    public long documents() {
        return collections.stream().mapToLong(Collection::documents).sum();
    }

    /** How many documents were there before, in all. */
    public long duplicates() {
        return collections.stream().mapToLong(Collection::duplicates).sum();
    }

    @Override
    public void words(Words out) {
        for (Collection c : collections) {
            if (c.duplicates() > 0) {
                out.line(
                        "%s: %s there already, left alone"
                                .formatted(c.name(), Wording.count(c.duplicates(), "document")));
            }
        }
        out.line(
                "%s, %s restored into %s in %s"
                        .formatted(
                                Wording.count(collections.size(), "collection"),
                                Wording.count(documents(), "document"),
                                database,
                                Wording.duration(duration.toMillis())));
    }

    @Override
    public Document json() {
        return new Document("database", database)
                .append("folder", folder)
                .append("checked", checked)
                .append(
                        "collections",
                        collections.stream()
                                .map(
                                        c ->
                                                new Document("name", c.name())
                                                        .append("type", c.type())
                                                        .append("documents", c.documents())
                                                        .append("duplicates", c.duplicates())
                                                        .append("indexes", c.indexes()))
                                .toList())
                .append("documents", documents())
                .append("duplicates", duplicates())
                .append("durationMs", duration.toMillis());
    }
}

package migopy.dump;

import java.time.Duration;
import java.util.List;
import migopy.console.Answer;
import migopy.console.Wording;
import migopy.console.Words;
import org.bson.Document;

/**
 * The answer of a dump.
 *
 * @param database the database's name
 * @param folder its folder, or its archive
 * @param snapshot whether its collections show one point in time, as capped ones never do
 * @param collections what it contains, by name
 * @param duration how long it took
 */
public record DumpAnswer(
        String database, String folder, boolean snapshot, List<CollectionSize> collections, Duration duration)
        implements Answer {
    /**
     * One collection of it.
     *
     * @param type {@code collection}, {@code view} or {@code timeseries}
     * @param documents how many; for a time series its buckets, for a view 0
     * @param bytes the size of its files on the disk
     */
    public record CollectionSize(String name, String type, long documents, long bytes) {}

    public DumpAnswer {
        collections = List.copyOf(collections);
    }

    /** Returns the same answer for a dump that was packed into a file. */
    public DumpAnswer in(String file) {
        return new DumpAnswer(database, file, snapshot, collections, duration);
    }

    /** Returns the number of documents of all collections. */
    public long documents() {
        return collections.stream().mapToLong(CollectionSize::documents).sum();
    }

    /** Returns the size of all files. */
    public long bytes() {
        return collections.stream().mapToLong(CollectionSize::bytes).sum();
    }

    @Override
    public void words(Words out) {
        out.line("%s, %s, %s dumped in %s, %s"
                .formatted(
                        Wording.count(collections.size(), "collection"),
                        Wording.count(documents(), "document"),
                        Wording.size(bytes()),
                        Wording.duration(duration.toMillis()),
                        snapshot ? "at one point in time" : "not at one point in time"));
        out.line("To restore it: {migopy} dbrestore " + Wording.word(folder));
    }

    @Override
    public Document json() {
        return new Document("database", database)
                .append("folder", folder)
                .append("snapshot", snapshot)
                .append(
                        "collections",
                        collections.stream()
                                .map(c -> new Document("name", c.name())
                                        .append("type", c.type())
                                        .append("documents", c.documents())
                                        .append("bytes", c.bytes()))
                                .toList())
                .append("documents", documents())
                .append("bytes", bytes())
                .append("durationMs", duration.toMillis());
    }

    /**
     * A dump by a user's own {@code doDump()}, about which nothing else is known.
     *
     * @param folder the folder that was offered to it
     */
    public record OwnDumpAnswer(String database, String folder) implements Answer {
        @Override
        public void words(Words out) {
            out.line("doDump() of migopy.java dumped %s; the folder for it is %s".formatted(database, folder));
        }

        @Override
        public Document json() {
            return new Document("database", database).append("folder", folder);
        }
    }
}

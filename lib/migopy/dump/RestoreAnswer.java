package migopy.dump;

import migopy.console.Answer;
import migopy.console.Words;
import migopy.console.Wording;
import migopy.console.Json;
import migopy.console.ErrorAnswer;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import migopy.MigopyException;
import org.bson.Document;

/**
 * A dump that was restored, or how far that came.
 *
 * @param database the database that it went into
 * @param folder where the dump is; null if there was nothing to finish
 * @param checked whether a manifest vouched for its files
 * @param collections what is restored, by name, and where each stands
 * @param dropped the collections that were not in the dump and were dropped
 * @param kept those that were not in the dump and were left as they are
 * @param keptHint what to type to drop these; empty where there are none
 * @param refused the indexes that the server refused
 * @param rejected the documents that a unique index kept out, although their {@code _id} is not there
 * @param error why it did not finish; null if it did
 * @param duration how long it took
 */
public record RestoreAnswer(
        String database,
        String folder,
        boolean checked,
        List<RestoredCollection> collections,
        List<String> dropped,
        List<String> kept,
        String keptHint,
        List<RefusedIndex> refused,
        List<RejectedDocuments> rejected,
        MigopyException error,
        Duration duration)
        implements Answer {
    /** Where a collection stands. */
    public enum RestoreState {
        /** As in the dump. */
        RESTORED,
        /** As it was before, or not there if it was not. */
        UNCHANGED,
        /** Some of its documents are missing. */
        PARTIAL,
        /** The server did not say whether it was replaced. */
        UNKNOWN;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One of them.
     *
     * @param type {@code collection}, {@code view} or {@code timeseries}
     * @param documents how many were written; of a time series the buckets
     * @param duplicates how many were not, because their key was there before
     * @param indexes how many were built, without that of {@code _id}
     */
    public record RestoredCollection(String name, String type, RestoreState state, long documents, long duplicates, int indexes) {}

    /** An index that the server refused, and why. */
    public record RefusedIndex(String collection, String index, String message) {}

    /** Documents of a collection that a unique index rejected, and the server's message about the first of them. */
    public record RejectedDocuments(String collection, long documents, String message) {}

    public RestoreAnswer {
        collections = List.copyOf(collections);
        dropped = List.copyOf(dropped);
        kept = List.copyOf(kept);
        refused = List.copyOf(refused);
        rejected = List.copyOf(rejected);
    }

    /** The same with the kind of what ended it: a signal's. */
    public RestoreAnswer withKind(MigopyException.Kind kind) {
        MigopyException other = new MigopyException(kind, error.getMessage(), error.hint(), error.getCause());
        return new RestoreAnswer(
                database, folder, checked, collections, dropped, kept, keptHint, refused, rejected, other, duration);
    }

    /** How many documents were written, in all. */
    public long documents() {
        return collections.stream().mapToLong(RestoredCollection::documents).sum();
    }

    /** How many documents were there before, in all. */
    public long duplicates() {
        return collections.stream().mapToLong(RestoredCollection::duplicates).sum();
    }

    /** The exit code: 1 as well where the server refused an index or a document. */
    public int exitCode() {
        if (error != null) {
            return error.kind().exitCode();
        }
        return refused.isEmpty() && rejected.isEmpty() ? 0 : 1;
    }

    @Override
    public boolean isError() {
        return error != null;
    }

    @Override
    public void words(Words out) {
        if (error != null) {
            out.error(error.getMessage(), "");
            named(out, RestoreState.RESTORED, "Restored");
            named(out, RestoreState.PARTIAL, "Partly restored");
            named(out, RestoreState.UNKNOWN, "Unknown");
            named(out, RestoreState.UNCHANGED, "Unchanged");
            if (error.hint() != null && !error.hint().isBlank()) {
                out.line(error.hint());
            }
            return;
        }
        if (folder == null) {
            out.line("Nothing to finish: %s has no unfinished restore".formatted(database));
            return;
        }
        for (RestoredCollection c : collections) {
            if (c.duplicates() > 0) {
                out.line("%s: %s there already, left alone"
                        .formatted(c.name(), Wording.count(c.duplicates(), "document")));
            }
        }
        for (RejectedDocuments one : rejected) {
            out.line("%s: %s not restored, rejected by a unique index: %s"
                    .formatted(one.collection(), Wording.count(one.documents(), "document"), one.message()));
        }
        for (RefusedIndex one : refused) {
            out.line("%s: index %s was refused: %s".formatted(one.collection(), one.index(), one.message()));
        }
        if (!dropped.isEmpty()) {
            out.line("Dropped, not in the dump: " + Wording.some(dropped));
        }
        if (!kept.isEmpty()) {
            out.line("Left as they are, not in the dump: " + Wording.some(kept));
            out.line(keptHint);
        }
        out.line("%s, %s restored into %s in %s"
                .formatted(
                        Wording.count(collections.size(), "collection"),
                        Wording.count(documents(), "document"),
                        database,
                        Wording.duration(duration.toMillis())));
    }

    private void named(Words out, RestoreState state, String word) {
        List<String> names = collections.stream()
                .filter(c -> c.state() == state)
                .map(RestoredCollection::name)
                .toList();
        if (!names.isEmpty()) {
            out.line(word + ": " + Wording.some(names));
        }
    }

    @Override
    public Document json() {
        Document answer = new Document("database", database)
                .append("folder", folder)
                .append("checked", checked)
                .append("collections", collections.stream().map(this::json).toList())
                .append("documents", documents())
                .append("duplicates", duplicates())
                .append("dropped", dropped)
                .append("kept", kept)
                .append(
                        "refusedIndexes",
                        refused.stream()
                                .map(one -> new Document("collection", one.collection())
                                        .append("index", one.index())
                                        .append("message", one.message()))
                                .toList());
        if (!rejected.isEmpty()) {
            answer.append(
                    "rejectedDocuments",
                    rejected.stream()
                            .map(one -> new Document("collection", one.collection())
                                    .append("documents", one.documents())
                                    .append("message", one.message()))
                            .toList());
        }
        if (error != null) {
            answer.append("error", Json.error(ErrorAnswer.of(error, List.of())));
        }
        return answer.append("durationMs", duration.toMillis()).append("exitCode", exitCode());
    }

    private Document json(RestoredCollection c) {
        return new Document("name", c.name())
                .append("type", c.type())
                .append("state", c.state().word())
                .append("documents", c.documents())
                .append("duplicates", c.duplicates())
                .append("indexes", c.indexes());
    }
}

package migopy.dump;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import migopy.MigopyException;
import migopy.console.Answer;
import migopy.console.ErrorAnswer;
import migopy.console.Json;
import migopy.console.Wording;
import migopy.console.Words;
import org.bson.Document;

/**
 * The answer of a restore, finished or not.
 *
 * @param database the database that was restored into
 * @param folder the dump's folder or archive; null if there was nothing to finish
 * @param checked whether its files were compared with a manifest
 * @param collections the collections, by name, and their states
 * @param dropped the collections that are not in the dump and were dropped
 * @param kept the collections that are not in the dump and were kept
 * @param keptHint how to drop these; empty if there are none
 * @param refused the indexes that the server refused
 * @param rejected the documents that a unique index rejected although their {@code _id} does not exist
 * @param error why it did not finish; null if it finished
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
    /** The state of a collection. */
    public enum RestoreState {
        /** It is as in the dump. */
        RESTORED,
        /** It is as before, or does not exist if it did not. */
        UNCHANGED,
        /** Some of its documents are missing. */
        PARTIAL,
        /** It is unknown whether it was replaced. */
        UNKNOWN;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One collection of it.
     *
     * @param type {@code collection}, {@code view} or {@code timeseries}
     * @param documents how many were written; for a time series its buckets
     * @param duplicates how many were not, because their {@code _id} already existed
     * @param indexes how many were built, without that of {@code _id}
     */
    public record RestoredCollection(
            String name, String type, RestoreState state, long documents, long duplicates, int indexes) {}

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

    /** Returns the same answer with the error's kind replaced, by that of a signal. */
    public RestoreAnswer withKind(MigopyException.Kind kind) {
        MigopyException other = new MigopyException(kind, error.getMessage(), error.hint(), error.getCause());
        return new RestoreAnswer(
                database, folder, checked, collections, dropped, kept, keptHint, refused, rejected, other, duration);
    }

    /** Returns how many documents were written in total. */
    public long documents() {
        return collections.stream().mapToLong(RestoredCollection::documents).sum();
    }

    /** Returns how many documents already existed in total. */
    public long duplicates() {
        return collections.stream().mapToLong(RestoredCollection::duplicates).sum();
    }

    /** Returns the exit code, which is 1 also if the server refused an index or a document. */
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
            out.error(error.getMessage(), error.causes(), "");
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
                out.line("%s: %s already existed and stayed unchanged"
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
            out.line("Not in the dump, dropped: " + Wording.some(dropped));
        }
        if (!kept.isEmpty()) {
            out.line("Not in the dump, kept: " + Wording.some(kept));
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

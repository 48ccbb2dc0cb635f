package migopy.backfill;

import migopy.MigopyException;

import org.bson.Document;
import org.bson.conversions.Bson;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * A change to many documents, made in batches along {@code _id}; a call goes on where an earlier
 * one stopped. Made by {@code Migration.backfill("users")}.
 *
 * <pre>{@code
 * backfill("users").where(exists("emailLower", false))
 *         .update(set(new Field<>("emailLower", new Document("$toLower", "$email"))))
 *         .run();
 * backfill("orders").each(order -> Updates.set("total", sum(order))).run();
 * }</pre>
 *
 * <p>Without {@link #once()} at most the batch under way at a kill is done again.
 */
public final class Backfill {
    /**
     * Each worker has a position in the checkpoint of up to twice 16 kB: 64 of them keep it under 2
     * MB.
     */
    static final int MOST_WORKERS = 64;

    /** What one update command takes; also what the fastest server does in under two seconds. */
    static final int LARGEST_BATCH = 100_000;

    private final String collection;
    private final ToLongFunction<Job> runner;
    private Bson where;
    private Change change;
    private int batch;
    private long maxRate;
    private int parallel = 1;
    private boolean once;

    Backfill(String collection, ToLongFunction<Job> runner) {
        this.collection = Objects.requireNonNull(collection, "collection");
        this.runner = runner;
    }

    /** A backfill of the collection, with all documents and nothing to do yet. */
    public static Backfill of(BackfillContext context, String collection) {
        return new Backfill(collection, job -> new Run(context, job).run());
    }

    /**
     * Only the documents that match.
     *
     * <p>Best is a filter that a changed document no longer matches: then what is inserted
     * meanwhile behind the backfill's position is seen by a sweep at the end, and nothing can be
     * changed twice.
     */
    public Backfill where(Bson filter) {
        where = Objects.requireNonNull(filter, "filter");
        return this;
    }

    /**
     * In the server: the stages of an update pipeline, {@code $set}, {@code $unset} or {@code
     * $replaceWith}.
     */
    public Backfill update(Bson... stages) {
        if (stages.length == 0) {
            throw wrong(
                    "update() of backfill(\"%s\") needs at least one stage".formatted(collection));
        }
        return change(new Change.Update(List.of(stages)));
    }

    /**
     * In the client: an update for each document, made of operators as {@code Updates} makes them;
     * null leaves the document alone. The function runs in threads of its own, in several with
     * {@link #parallel(int)}, and is called again for a batch that had to be repeated.
     */
    public Backfill each(Function<Document, Bson> function) {
        return change(new Change.Each(Objects.requireNonNull(function, "function")));
    }

    /** In the server: deletes the documents. */
    public Backfill delete() {
        return change(new Change.Delete());
    }

    /**
     * Fixes the documents a batch, 1 to 100,000; without it the size follows the time that a batch
     * takes.
     */
    public Backfill batch(int documents) {
        if (documents < 1 || documents > LARGEST_BATCH) {
            throw wrong("batch(%d): between 1 and %d".formatted(documents, LARGEST_BATCH));
        }
        batch = documents;
        return this;
    }

    /** Changes at most so many documents a second, on average. */
    public Backfill maxRate(long perSecond) {
        if (perSecond < 1) {
            throw wrong("maxRate(%d): at least 1 document a second".formatted(perSecond));
        }
        maxRate = perSecond;
        return this;
    }

    /** Works with so many threads on separate parts of the collection, 1 to 64. */
    public Backfill parallel(int workers) {
        if (workers < 1 || workers > MOST_WORKERS) {
            throw wrong("parallel(%d): between 1 and %d".formatted(workers, MOST_WORKERS));
        }
        parallel = workers;
        return this;
    }

    /**
     * Commits each batch and its checkpoint in one transaction, so that no document is changed
     * twice whatever happens: for an {@code $inc} and its like. Needs a replica set. Batches of one
     * backfill then follow each other, {@link #parallel(int)} or not, since they share the
     * checkpoint.
     */
    public Backfill once() {
        once = true;
        return this;
    }

    /**
     * Does it, to the end.
     *
     * @return how many documents were changed, those of earlier calls included
     * @throws MigopyException kind failed, when a batch could not be done; unknown, when another
     *     run has taken over; refused, for {@link #once()} without transactions
     * @throws Stopped when the run was asked to end
     */
    public long run() {
        if (change == null) {
            throw wrong(
                    "backfill(\"%s\") has nothing to do: update(...), each(...) or delete() is missing"
                            .formatted(collection));
        }
        return runner.applyAsLong(
                new Job(collection, where, change, batch, maxRate, parallel, once));
    }

    private Backfill change(Change wanted) {
        if (change != null) {
            throw wrong(
                    "backfill(\"%s\") can do one thing: %s() or %s()"
                            .formatted(collection, change.word(), wanted.word()));
        }
        change = wanted;
        return this;
    }

    private static MigopyException wrong(String message) {
        return MigopyException.failed(
                message, "Mend the migration, then: %s execute".formatted(MigopyException.COMMAND));
    }
}

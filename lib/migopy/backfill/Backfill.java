package migopy.backfill;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import migopy.MigopyException;
import migopy.backfill.Change.UserFunction;
import org.bson.Document;
import org.bson.conversions.Bson;

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
    private String database;
    private String name;
    private Bson where;
    private Change change;
    private String into;
    private String intoDatabase;
    private List<Bson> arrayFilters = List.of();
    private boolean bypassValidation;
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
        return of(context, collection, () -> {});
    }

    /**
     * The same.
     *
     * @param started called when it is run
     */
    public static Backfill of(BackfillContext context, String collection, Runnable started) {
        return new Backfill(collection, job -> {
            started.run();
            return new BackfillRun(context, job).run();
        });
    }

    /** The collection is in another database than the configured one. */
    public Backfill inDatabase(String name) {
        database = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * What distinguishes this backfill from the others of its migration when it goes on after a
     * stop. Without a name that is its collection, {@link #where} and the change, with the values
     * in them; so give it one where such a value differs at each attempt, as the time does.
     */
    public Backfill named(String text) {
        name = Objects.requireNonNull(text, "text");
        return this;
    }

    /**
     * Only the documents that match, also when they are written: what another writer changed
     * meanwhile so that it no longer matches is left alone.
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
            throw wrong("update() of backfill(\"%s\") needs at least one stage".formatted(collection));
        }
        return change(new Change.Update(List.of(stages)));
    }

    /**
     * In the client: an update for each document, made of operators as {@code Updates} makes them;
     * after {@link #into} a new document instead. Null leaves the document alone. The function runs
     * in threads of its own, in several with {@link #parallel(int)}, and is called again for a
     * batch that had to be repeated.
     *
     * <p>Between the read and the write another writer may change the document. Of such changes
     * only one that makes it no longer match {@link #where} is noticed.
     */
    public Backfill each(Function<Document, Bson> function) {
        return change(new Change.Each(UserFunction.of(Objects.requireNonNull(function, "function"))));
    }

    /** After {@link #into}: any number of new documents for each document. */
    public Backfill eachToMany(Function<Document, ? extends List<? extends Bson>> function) {
        Objects.requireNonNull(function, "function");
        return change(new Change.Insert(null, null, UserFunction.of(function)));
    }

    /**
     * Inserts what {@link #each} or {@link #eachToMany} makes of the documents into another
     * collection of the configured database, and leaves the documents alone. A new document with an
     * {@code _id} replaces the one that has it; without, it gets an {@code _id} of its own.
     *
     * <p>With transactions each batch and its checkpoint are one, as with {@link #once()}; with
     * {@link #parallel(int)} or without transactions, after a kill at most the batch in progress is
     * inserted again.
     */
    public Backfill into(String collection) {
        into = Objects.requireNonNull(collection, "collection");
        return this;
    }

    /** As {@link #into(String)}, in another database. */
    public Backfill into(String database, String collection) {
        intoDatabase = Objects.requireNonNull(database, "database");
        return into(collection);
    }

    /** Which elements {@code $[name]} means in the updates of {@link #each}. */
    public Backfill arrayFilters(Bson... filters) {
        arrayFilters = List.of(filters);
        return this;
    }

    /** Writes also what the collection's validator would reject. */
    public Backfill bypassDocumentValidation() {
        bypassValidation = true;
        return this;
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
     * twice whatever happens: for an {@code $inc} and its like. Needs a replica set. BatchWriter of one
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
     * @throws StopRequested when the run was asked to end
     */
    public long run() {
        if (change == null) {
            throw wrong("backfill(\"%s\") has nothing to do: update(...), each(...) or delete() is missing"
                    .formatted(collection));
        }
        if (Thread.currentThread() instanceof WorkerPool.WorkerThread) {
            throw wrong(
                    "backfill(\"%s\") cannot run inside the function of another backfill, which is called again for a repeated batch"
                            .formatted(collection));
        }
        return runner.applyAsLong(job());
    }

    private Job job() {
        return new Job(
                database,
                collection,
                name,
                where,
                completed(),
                new Job.WriteOptions(bypassValidation, arrayFilters),
                new Job.Speed(batch, maxRate, parallel, once));
    }

    /** The change, with its destination where it has one. */
    private Change completed() {
        if (!arrayFilters.isEmpty() && (into != null || !(change instanceof Change.Each))) {
            throw wrong(
                    "arrayFilters(...) of backfill(\"%s\") needs each(...) without into(...)".formatted(collection));
        }
        if (into == null) {
            if (change instanceof Change.Insert) {
                throw wrong("eachToMany() of backfill(\"%s\") needs into(...)".formatted(collection));
            }
            return change;
        }
        if (change instanceof Change.Insert insert) {
            return new Change.Insert(intoDatabase, into, insert.code());
        }
        if (change instanceof Change.Each each) {
            return new Change.Insert(intoDatabase, into, each.code().map(Backfill::toMany));
        }
        throw wrong("into(\"%s\") of backfill(\"%s\") needs each(...) or eachToMany(...)".formatted(into, collection));
    }

    private static Function<Document, List<Bson>> toMany(Function<Document, Bson> one) {
        return document -> {
            Bson made = one.apply(document);
            return made == null ? List.of() : List.of(made);
        };
    }

    private Backfill change(Change wanted) {
        if (change != null) {
            throw wrong("backfill(\"%s\") can do one thing: %s() or %s()"
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

package migopy.backfill;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import migopy.MigopyException;
import migopy.backfill.BackfillContext.StopRequested;
import migopy.backfill.Change.UserFunction;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * A change to many documents, made in batches along {@code _id}, which continues where an earlier
 * attempt stopped. Made by {@code Migration.backfill("users")}.
 *
 * <pre>{@code
 * backfill("users").where(exists("emailLower", false))
 *         .update(set(new Field<>("emailLower", new Document("$toLower", "$email"))))
 *         .run();
 * backfill("orders").each(order -> Updates.set("total", sum(order))).run();
 * }</pre>
 *
 * <p>Without {@link #once()}, a crash may cause the current batch to be applied again.
 */
public final class Backfill {
    /** Each worker's position takes up to twice 16 kB of the checkpoint: 2 MB for 64. */
    private static final int MOST_WORKERS = 64;

    /** The most updates in one command; the fastest servers take under two seconds for them. */
    private static final int LARGEST_BATCH = 100_000;

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

    /** Returns a backfill of all documents of the collection, with nothing to do yet. */
    public static Backfill of(BackfillContext context, String collection) {
        return of(context, collection, () -> {});
    }

    /**
     * Returns a backfill of all documents of the collection, with nothing to do yet.
     *
     * @param started called when it is run
     */
    public static Backfill of(BackfillContext context, String collection, Runnable started) {
        return new Backfill(collection, job -> {
            started.run();
            return new BackfillRun(context, job).run();
        });
    }

    /** Uses the collection of another database than the configured one. */
    public Backfill inDatabase(String name) {
        database = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Names this backfill, to distinguish it from the others of its migration when it continues
     * after a stop. Without a name it is identified by its collection, {@link #where} and the
     * change, including the values in them, but not the values of static fields that a function uses.
     * Give it a name if such a value differs at each attempt, as the current time does.
     */
    public Backfill named(String text) {
        name = Objects.requireNonNull(text, "text");
        return this;
    }

    /**
     * Selects documents. The filter is applied again when they are written, so that a document which
     * another writer has changed meanwhile, and which no longer matches, is left unchanged.
     *
     * <p>Prefer a filter that a changed document no longer matches: then a sweep at the end finds
     * what was inserted behind the backfill's position, and nothing can be changed twice.
     */
    public Backfill where(Bson filter) {
        where = Objects.requireNonNull(filter, "filter");
        return this;
    }

    /**
     * Updates the documents in the server, with the stages of an update pipeline: {@code $set},
     * {@code $unset} or {@code $replaceWith}.
     */
    public Backfill update(Bson... stages) {
        if (stages.length == 0) {
            throw invalid("update() of backfill(\"%s\") needs at least one stage".formatted(collection));
        }
        return change(new Change.Update(List.of(stages)));
    }

    /** Updates the documents in the server, with an update pipeline as {@code updateMany} takes it. */
    public Backfill update(List<? extends Bson> pipeline) {
        return update(pipeline.toArray(new Bson[0]));
    }

    /**
     * Updates the documents in the client. The function returns an update made of operators, as
     * {@code Updates} makes them; after {@link #into} a new document instead. Null leaves the
     * document unchanged. The function is called by other threads, several with {@link
     * #parallel(int)}, and called again when a batch is repeated.
     *
     * <p>Between the read and the write another writer may change the document. Such a change is
     * noticed only if the document no longer matches {@link #where}.
     */
    public Backfill each(Function<Document, Bson> function) {
        return change(new Change.Each(UserFunction.of(Objects.requireNonNull(function, "function"))));
    }

    /** After {@link #into}: inserts any number of new documents for each document. */
    public Backfill eachToMany(Function<Document, ? extends List<? extends Bson>> function) {
        Objects.requireNonNull(function, "function");
        return change(new Change.Insert(null, null, UserFunction.of(function)));
    }

    /**
     * Inserts what {@link #each} or {@link #eachToMany} returns into another collection of the
     * configured database, and leaves the documents unchanged. A document without an {@code _id} gets
     * a new one. A document is never replaced: an {@code _id} that exists already fails the backfill.
     *
     * <p>Where transactions are supported, each batch is committed with its checkpoint, as with
     * {@link #once()}. With {@link #parallel(int)}, or without transactions, a crash may cause the
     * current batch to be inserted again: new documents without an {@code _id} are then inserted twice,
     * and one that equals the existing document with its {@code _id} counts as inserted earlier.
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

    /** Sets which elements {@code $[name]} means in the updates of {@link #each}. */
    public Backfill arrayFilters(Bson... filters) {
        arrayFilters = List.of(filters);
        return this;
    }

    /** Also writes documents that the collection's validator rejects. */
    public Backfill bypassDocumentValidation() {
        bypassValidation = true;
        return this;
    }

    /** Deletes the documents, in the server. */
    public Backfill delete() {
        return change(new Change.Delete());
    }

    /**
     * Sets the number of documents in a batch, 1 to 100,000. By default it is adapted to the time
     * that a batch takes.
     */
    public Backfill batch(int documents) {
        if (documents < 1 || documents > LARGEST_BATCH) {
            throw invalid("batch(%d) must be between 1 and %d".formatted(documents, LARGEST_BATCH));
        }
        batch = documents;
        return this;
    }

    /** Limits the number of documents changed a second, on average. */
    public Backfill maxRate(long perSecond) {
        if (perSecond < 1) {
            throw invalid("maxRate(%d) must be at least 1 document a second".formatted(perSecond));
        }
        maxRate = perSecond;
        return this;
    }

    /** Uses several threads, 1 to 64, on separate parts of the collection. */
    public Backfill parallel(int workers) {
        if (workers < 1 || workers > MOST_WORKERS) {
            throw invalid("parallel(%d) must be between 1 and %d".formatted(workers, MOST_WORKERS));
        }
        parallel = workers;
        return this;
    }

    /**
     * Commits each batch and its checkpoint in one transaction, so that no document is changed
     * twice, whatever happens: for {@code $inc} and other changes that cannot be repeated. Needs a
     * replica set. The batches of one backfill then run one after another even with {@link
     * #parallel(int)}, since they share the checkpoint.
     */
    public Backfill once() {
        once = true;
        return this;
    }

    /**
     * Runs to the end.
     *
     * @return how many documents were changed, including those of earlier calls
     * @throws MigopyException kind failed, if a batch failed; unknown, if another run has taken
     *     over; refused, for {@link #once()} without transactions
     * @throws StopRequested if the run is to stop
     */
    public long run() {
        if (change == null) {
            throw invalid("backfill(\"%s\") has nothing to do: update(...), each(...) or delete() is missing"
                    .formatted(collection));
        }
        if (Thread.currentThread() instanceof WorkerPool.WorkerThread) {
            throw invalid(
                    "backfill(\"%s\") cannot run in the function of another backfill, which is called again when a batch is repeated"
                            .formatted(collection));
        }
        Job.WriteOptions options = new Job.WriteOptions(bypassValidation, arrayFilters);
        return runner.applyAsLong(
                new Job(database, collection, name, where, completed(), options, batch, maxRate, parallel, once));
    }

    /** The change, with its destination if it has one. */
    private Change completed() {
        if (!arrayFilters.isEmpty() && (into != null || !(change instanceof Change.Each))) {
            throw invalid(
                    "arrayFilters(...) of backfill(\"%s\") needs each(...) without into(...)".formatted(collection));
        }
        if (into == null) {
            if (change instanceof Change.Insert) {
                throw invalid("eachToMany() of backfill(\"%s\") needs into(...)".formatted(collection));
            }
            return change;
        }
        if (change instanceof Change.Insert insert) {
            return new Change.Insert(intoDatabase, into, insert.code());
        }
        if (change instanceof Change.Each each) {
            return new Change.Insert(intoDatabase, into, each.code().map(Backfill::toMany));
        }
        throw invalid(
                "into(\"%s\") of backfill(\"%s\") needs each(...) or eachToMany(...)".formatted(into, collection));
    }

    private static Function<Document, List<Bson>> toMany(Function<Document, Bson> one) {
        return document -> {
            Bson returned = one.apply(document);
            return returned == null ? List.of() : List.of(returned);
        };
    }

    private Backfill change(Change next) {
        if (change != null) {
            throw invalid(
                    "backfill(\"%s\") cannot both %s() and %s()".formatted(collection, change.word(), next.word()));
        }
        change = next;
        return this;
    }

    private static MigopyException invalid(String message) {
        return MigopyException.failed(
                message, "Fix the migration, then run: %s execute".formatted(MigopyException.COMMAND));
    }
}

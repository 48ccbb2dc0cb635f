package migopy.backfill;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.List;
import migopy.backfill.EstimateAnswer.BackfillEstimate;
import migopy.backfill.EstimateAnswer.MigrationEstimate;
import migopy.observe.Handles;
import migopy.observe.ReadOnly;

/**
 * Calls a migration's {@code up()} to find out what its backfills would do. Its client and database
 * can only read, and the first write ends the estimate. Other side effects are not prevented.
 */
public final class EstimateRun {
    private final ReadOnly readOnly = new ReadOnly();
    private final Estimator estimator;
    private final MongoClient client;
    private final MongoDatabase database;
    private final List<BackfillEstimate> backfills = new ArrayList<>();

    /** A migration's {@code up()}. */
    @FunctionalInterface
    public interface UpCall {
        void call() throws Throwable;
    }

    /**
     * @param transactions false on a standalone and on the embedded server: then nothing is timed
     * @param embedded true on the embedded server
     */
    public EstimateRun(MongoClient client, MongoDatabase database, boolean transactions, boolean embedded) {
        this.client = Handles.of(MongoClient.class, client, readOnly);
        this.database = Handles.of(MongoDatabase.class, database, readOnly);
        this.estimator = new Estimator(client, database, transactions, embedded);
    }

    /** The migration's client, which can only read. */
    public MongoClient client() {
        return client;
    }

    /** The migration's database, which can only be read. */
    public MongoDatabase database() {
        return database;
    }

    /** Returns a backfill that is only estimated. */
    public Backfill backfill(String collection) {
        return new Backfill(collection, job -> {
            BackfillEstimate estimate = estimator.of(job);
            backfills.add(estimate);
            return estimate.documents() == null ? 0 : estimate.documents();
        });
    }

    /** Calls {@code up()}, and returns what it would do. */
    public MigrationEstimate of(String name, UpCall up) {
        String error = null;
        try {
            up.call();
        } catch (ReadOnly.WriteRefused e) {
            error = null; // It is the first write.
        } catch (Throwable e) { // Whatever a migration throws is its result.
            error = e.getMessage() == null ? e.getClass().getName() : e.getMessage();
        }
        String write = readOnly.firstWrite();
        return new MigrationEstimate(name, backfills, write, write == null ? error : null);
    }
}

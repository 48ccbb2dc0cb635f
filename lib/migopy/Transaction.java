package migopy;

import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.TransactionOptions;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import java.time.Duration;
import java.util.Set;
import migopy.mongo.MongoErrors;
import migopy.observe.Handles;
import migopy.observe.Observation;
import migopy.observe.ObservedTransaction;
import org.bson.Document;

/**
 * A transaction that is tried again if MongoDB reports that this is safe, but never after another run has taken over.
 *
 * <p>Not the driver's {@code withTransaction}, which checks no lease between two attempts.
 */
public final class Transaction {
    /** How often a body is called again after a TransientTransactionError. */
    private static final int RETRIES = 3;

    /** How often a commit with an unknown outcome is repeated; the driver makes two attempts each time. */
    private static final int COMMITS = 5;

    /** NoSuchTransaction: the server has already aborted it. */
    private static final int ABORTED = 251;

    /** TransactionExceededLifetimeLimitSeconds. */
    private static final int TOO_LONG = 290;

    /** The server's default of transactionLifetimeLimitSeconds. */
    private static final long LIFETIME_SECONDS = 60;

    // Read concern local: under snapshot the server creates neither collections nor indexes.
    private static final TransactionOptions MAJORITY = TransactionOptions.builder()
            .readConcern(ReadConcern.LOCAL)
            .writeConcern(WriteConcern.MAJORITY)
            .readPreference(ReadPreference.primary())
            .build();

    /** Methods that would end the transaction, or its session, before its record is written. */
    private static final Set<String> RESERVED =
            Set.of("startTransaction", "commitTransaction", "abortTransaction", "withTransaction", "close");

    private final ClientSession session;
    private final Observation observation;
    private final MongoClient client;
    private final Runnable beforeRetry;

    /** What is done inside. */
    @FunctionalInterface
    public interface Body<E extends Throwable> {
        void run() throws E;
    }

    /**
     * @param observation of the call that the transaction is for
     * @param client is asked for the server's limit if a transaction was aborted
     * @param beforeRetry checks lease and record, and throws if they are another run's
     */
    public Transaction(ClientSession session, Observation observation, MongoClient client, Runnable beforeRetry) {
        this.session = session;
        this.observation = observation;
        this.client = client;
        this.beforeRetry = beforeRetry;
    }

    /** Returns the session for user code: one that can be neither committed, aborted nor closed. */
    public static ClientSession handedOut(ClientSession session, Observation observation) {
        return Handles.of(ClientSession.class, session, call -> {
            if (!RESERVED.contains(call.name())) {
                return call.proceed();
            }
            throw observation.refuse(
                    "session.%s() must not be called by the migration".formatted(call.name()),
                    "Remove it: the transaction is committed when the method returns, and aborted when it throws");
        });
    }

    /**
     * Calls the body and commits.
     *
     * @throws E what the body throws; the transaction is then aborted
     * @throws MigopyException unknown, if it is unknown whether it was committed; failed, if the
     *     server has aborted it for good
     */
    public <E extends Throwable> void run(Body<E> body) throws E {
        for (int retry = 0; ; retry++) {
            if (retry > 0) {
                beforeRetry.run();
            }
            ObservedTransaction observed =
                    observation.transactionStarts(session.getServerSession().getIdentifier());
            long started = System.nanoTime();
            try {
                session.startTransaction(MAJORITY);
                runBody(body, observed);
                commit();
                return;
            } catch (MongoException e) {
                MigopyException forGood = abortedForGood(e, observed, started);
                if (forGood != null) {
                    throw forGood;
                }
                if (retry == RETRIES || !isTransient(e)) {
                    throw e;
                }
            } finally {
                observation.transactionEnded();
            }
        }
    }

    private <E extends Throwable> void runBody(Body<E> body, ObservedTransaction observed) throws E {
        boolean intact = false;
        try {
            body.run();
            ensureIntact(observed);
            intact = true;
        } finally {
            observed.ending();
            if (!intact && session.hasActiveTransaction()) {
                session.abortTransaction(); // does not throw; if it fails, the transaction times out
            }
        }
    }

    /** The server aborts a transaction on any error, also on one that the body catches. */
    private static void ensureIntact(ObservedTransaction observed) {
        MongoException first = observed.firstError();
        if (first != null) {
            throw isTransient(first) ? first : caught(first);
        }
    }

    /** Returns why the transaction cannot be tried again, if the exception itself does not show it. */
    private MigopyException abortedForGood(MongoException e, ObservedTransaction observed, long started) {
        if (e.getCode() != ABORTED && e.getCode() != TOO_LONG) {
            return null;
        }
        MongoException first = observed.firstError();
        if (first != null && first.getCode() != e.getCode() && !isTransient(first)) {
            return caught(first);
        }
        long seconds = Duration.ofNanos(System.nanoTime() - started).toSeconds();
        long limit = lifetimeSeconds();
        return e.getCode() == ABORTED && seconds < limit
                ? null
                : failed(
                        "The transaction took %d s; the server aborts one after %d s".formatted(seconds, limit),
                        "Make it shorter, use a backfill, or raise transactionLifetimeLimitSeconds" + " on the server",
                        e);
    }

    private long lifetimeSeconds() {
        String name = "transactionLifetimeLimitSeconds";
        try {
            return client.getDatabase("admin")
                    .runCommand(new Document("getParameter", 1).append(name, 1))
                    .get(name, Number.class)
                    .longValue();
        } catch (MongoException e) {
            return LIFETIME_SECONDS; // no right to ask, or a mongos, which does not know
        }
    }

    private static MigopyException caught(MongoException first) {
        return failed(
                "The server aborted the transaction when it answered: " + MongoErrors.words(first),
                "An error of the server cannot be caught in a transaction: check before you write,"
                        + " or let the method take (MongoDatabase) only",
                first);
    }

    private static MigopyException failed(String message, String hint, Throwable cause) {
        return new MigopyException(MigopyException.Kind.FAILED, message, hint, cause);
    }

    private void commit() {
        for (int i = 1; ; i++) {
            try {
                session.commitTransaction();
                return;
            } catch (MongoException e) {
                if (!e.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)) {
                    throw e;
                }
                if (i == COMMITS) {
                    throw new MigopyException(
                            MigopyException.Kind.UNKNOWN,
                            "It is unknown whether the transaction was committed: " + e.getMessage(),
                            "When the server answers again, see what is recorded: " + MigopyException.COMMAND
                                    + " status",
                            e);
                }
            }
        }
    }

    private static boolean isTransient(MongoException e) {
        return e.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL);
    }
}

package migopy;

import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.TransactionOptions;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;

/**
 * A transaction that is tried again where MongoDB says that this is safe, and never after somebody
 * else has taken over.
 *
 * <p>Not the driver's {@code withTransaction}: that one looks at no lease between two tries.
 */
public final class Transaction {
    /** How often a body is called again after a TransientTransactionError (CONTRACT, section 1). */
    private static final int RETRIES = 3;

    /**
     * How often a commit whose outcome is unknown is asked for again; each try is the driver's two.
     */
    private static final int COMMITS = 5;

    private static final TransactionOptions MAJORITY =
            TransactionOptions.builder()
                    .readConcern(ReadConcern.SNAPSHOT)
                    .writeConcern(WriteConcern.MAJORITY)
                    .readPreference(ReadPreference.primary())
                    .build();

    private final ClientSession session;
    private final Runnable beforeRetry;

    /** What is done inside. */
    @FunctionalInterface
    public interface Body<E extends Throwable> {
        void run() throws E;
    }

    /**
     * @param beforeRetry looks at lease and fence, and throws where they are not ours
     */
    public Transaction(ClientSession session, Runnable beforeRetry) {
        this.session = session;
        this.beforeRetry = beforeRetry;
    }

    /**
     * Calls the body and commits.
     *
     * @throws E what the body throws; the transaction is then aborted
     * @throws MigopyException unknown, if nobody can tell whether it was committed
     */
    public <E extends Throwable> void run(Body<E> body) throws E {
        for (int retry = 0; ; retry++) {
            if (retry > 0) {
                beforeRetry.run();
            }
            try {
                session.startTransaction(MAJORITY);
                runBody(body);
                commit();
                return;
            } catch (MongoException e) {
                if (retry == RETRIES || !isTransient(e)) {
                    throw e;
                }
            }
        }
    }

    private <E extends Throwable> void runBody(Body<E> body) throws E {
        boolean returned = false;
        try {
            body.run();
            returned = true;
        } finally {
            if (!returned && session.hasActiveTransaction()) {
                session.abortTransaction(); // an abort that fails is the server's to time out; it
                // does not throw
            }
        }
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
                            "Whether the transaction was committed is not known: " + e.getMessage(),
                            "When the server answers again, see what is true: "
                                    + MigopyException.COMMAND
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

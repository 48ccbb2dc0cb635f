package migopy;

import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import migopy.backfill.Backfill;
import migopy.backfill.BackfillContext;
import migopy.backfill.Checkpoints;
import migopy.console.Event;
import migopy.mongo.Connection;
import migopy.mongo.Connection.Topology;
import migopy.observe.HandedOut;
import migopy.observe.Handles;
import migopy.observe.Observation;

/**
 * The API for migrations: {@code import static migopy.Migration.db;}.
 *
 * <p>During a run, these are its connection and its log. In a file that is run directly ({@code jbang
 * mongomigrations/3_add_users.java}), the connection is that of the project's {@code migopy.java}, and nothing is
 * recorded.
 */
public final class Migration {
    private static final AtomicReference<Binding> BOUND = new AtomicReference<>();

    /** What is bound for a part of a run, or null. */
    private static final AtomicReference<Binding> INSIDE = new AtomicReference<>();

    /** Bound after a migration has ended: one that ignored its interrupt gets no further handles. */
    private static final Binding ENDED = new Binding(null, null, null, null, null, null, null, null);

    private Migration() {}

    /**
     * What the calls of this class lead to while a migration runs.
     *
     * @param home the project's folder
     * @param requireTransactions throws unless the server supports them
     * @param client made when it is first requested
     * @param log takes one line
     * @param backfills makes the backfill of a collection
     * @param skips takes the reason of {@link #skip}, or throws if the code cannot be skipped
     * @param observation of what the migration does
     */
    public record Binding(
            Path home,
            Runnable requireTransactions,
            Supplier<MongoClient> client,
            MongoDatabase database,
            Consumer<String> log,
            Function<String, Backfill> backfills,
            Consumer<String> skips,
            Observation observation) {

        /**
         * For calls that have no record and no lock: their backfills keep no checkpoint. For Migopy itself.
         *
         * @param home the project's folder
         * @param events receives the progress of backfills
         */
        public static Binding withoutRecord(Path home, Connection connection, Consumer<Event> events) {
            return new Binding(
                    home,
                    connection::requireTransactions,
                    connection::client,
                    connection.database(),
                    System.out::println,
                    collection -> Backfill.of(backfills(connection, collection, events), collection),
                    reason -> {},
                    new Observation());
        }

        /** The same for a direct run, whose calls are observed. */
        static Binding observed(Path home, Connection connection, Observation observation) {
            HandedOut policy = new HandedOut(observation, false);
            MongoClient client = Handles.of(MongoClient.class, connection.client(), policy);
            return new Binding(
                    home,
                    connection::requireTransactions,
                    () -> client,
                    Handles.of(MongoDatabase.class, connection.database(), policy),
                    System.out::println,
                    collection -> Backfill.of(
                            backfills(connection, collection, event -> {}),
                            collection,
                            observation.madeBackfill(collection)),
                    reason -> {},
                    observation);
        }

        private static BackfillContext backfills(Connection connection, String collection, Consumer<Event> events) {
            return new BackfillContext(
                    connection.client(),
                    connection.database(),
                    collection,
                    Checkpoints.none(),
                    () -> {},
                    events,
                    connection.supportsTransactions(),
                    connection.topology() == Topology.EMBEDDED,
                    BackfillContext.MAX_LAG);
        }
    }

    /** Ends a binding. */
    public interface Unbind extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * The body of a transaction: {@code AddUsers::up}.
     *
     * @param <E> what it throws; a {@code RuntimeException} where it declares nothing
     */
    @FunctionalInterface
    public interface TransactionBody<E extends Exception> {
        void run(MongoDatabase database, ClientSession session) throws E;
    }

    /** Returns the configured database; it writes with majority unless the URI has another write concern. */
    public static MongoDatabase db() {
        return binding().database();
    }

    /** Returns the client behind {@link #db()}, for other databases and for sessions. */
    public static MongoClient client() {
        return binding().client().get();
    }

    /** Returns the project's folder, which contains {@code migopy.java}. */
    public static Path home() {
        return binding().home();
    }

    /**
     * Returns a file of the project: {@code Migration.file("seeds/users.csv")}.
     *
     * @param path relative to {@link #home()}, or absolute
     */
    public static Path file(String path) {
        return home().resolve(path);
    }

    /** Logs one line: it is shown, and kept in the migration's record. */
    public static void log(String line) {
        binding().log().accept(line);
    }

    /** Returns a change of many documents that can be resumed where it stopped. */
    public static Backfill backfill(String collection) {
        return binding().backfills().apply(collection);
    }

    /**
     * Ends {@code up()}: this migration is not for this environment. It is recorded as skipped with the reason, blocks
     * nothing, and is called again by the next {@code execute}. What it has written before stays, unless it runs in a
     * transaction.
     *
     * @param reason one line
     */
    public static void skip(String reason) {
        if (reason == null || reason.isBlank()) {
            throw new IllegalArgumentException("skip() needs a reason");
        }
        binding().skips().accept(reason);
        throw new Skipped(reason);
    }

    /** Thrown by {@link #skip} to end {@code up()}. An {@code Error}, since a migration may catch exceptions. */
    public static final class Skipped extends Error {
        private static final long serialVersionUID = 1L;

        private Skipped(String reason) {
            super("skipped: " + reason);
        }
    }

    /**
     * Runs an {@code up(MongoDatabase, ClientSession)} in a transaction, for the {@code main} of such a migration. It is
     * called again on a TransientTransactionError, at most 3 times.
     *
     * @throws E what the body throws; nothing is then left of the transaction
     * @throws MigopyException refused, if the server does not support transactions; unknown, if it is unknown whether this
     *     one was committed
     */
    public static <E extends Exception> void transaction(TransactionBody<E> body) throws E {
        binding().requireTransactions().run();
        Observation observation = binding().observation();
        MongoDatabase database = db().withWriteConcern(WriteConcern.ACKNOWLEDGED);
        try (ClientSession session = client().startSession()) {
            ClientSession handedOut = Transaction.handedOut(session, observation);
            new Transaction(session, observation, client(), () -> {}).<E>run(() -> body.run(database, handedOut));
        }
    }

    /**
     * Binds these calls to a run, until the result is closed. For Migopy itself.
     *
     * @throws MigopyException usage, if another migration is running in this JVM
     */
    public static Unbind bind(Binding binding) {
        if (!BOUND.compareAndSet(null, binding) && !BOUND.compareAndSet(ENDED, binding)) {
            throw MigopyException.usage("Another migration is running in this JVM", "Run them one after the other");
        }
        INSIDE.set(null); // of a call that never ended
        return () -> BOUND.compareAndSet(binding, ENDED);
    }

    /** Binds these calls for a part of a run that has bound them already, until the result is closed. For Migopy itself. */
    public static Unbind bindInside(Binding binding) {
        INSIDE.set(binding);
        return () -> INSIDE.compareAndSet(binding, null);
    }

    private static Binding binding() {
        Binding bound = BOUND.get();
        if (bound == ENDED) {
            throw MigopyException.failed("The run that called this migration has ended", "Start another run");
        }
        if (bound != null) {
            Binding inside = INSIDE.get();
            return inside == null ? bound : inside;
        }
        synchronized (BOUND) {
            if (BOUND.get() == null) {
                BOUND.set(DirectRun.open());
            }
            return BOUND.get();
        }
    }
}

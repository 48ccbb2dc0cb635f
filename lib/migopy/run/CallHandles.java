package migopy.run;

import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.nio.file.Path;
import migopy.Migration;
import migopy.Transaction;
import migopy.backfill.Backfill;
import migopy.mongo.Connection;
import migopy.observe.HandedOut;
import migopy.observe.HandedOut.InSession;
import migopy.observe.Handles;
import migopy.observe.Observation;
import migopy.observe.Observation.UserCode;
import migopy.settings.Redactor;

/** The client, database and session that a call hands to the user's code. */
final class CallHandles {
    /** How much of what is handed out has to be a proxy. The first one of a JVM takes 50 ms. */
    enum Proxies {
        /** The client and the session, if the code asks for them. */
        FEW,
        /** The database as well. */
        ALL,
        /** All of them, and they make their calls in the session. */
        IN_SESSION
    }

    private final Connection connection;
    private final ClientSession session;
    private final Observation observation;
    private final Handles.Policy policy;
    private final MongoDatabase database;
    private MongoClient client;

    /**
     * @param session of a transactional call, else null
     */
    CallHandles(Connection connection, ClientSession session, Observation observation, Proxies proxies) {
        this.connection = connection;
        this.observation = observation;
        this.session = session == null ? null : Transaction.handedOut(session, observation);
        HandedOut plain = new HandedOut(observation, session != null);
        this.policy = proxies == Proxies.IN_SESSION ? new InSession(session, plain) : plain;
        MongoDatabase bare = connection.database();
        // In a transaction, only the commit may have a write concern.
        MongoDatabase fit = session == null ? bare : bare.withWriteConcern(WriteConcern.ACKNOWLEDGED);
        this.database = proxies == Proxies.FEW ? fit : Handles.of(MongoDatabase.class, fit, policy);
    }

    /** Returns what the calls of {@link Migration} lead to. */
    Migration.Binding binding(Path home, StepBackfills backfills, Skip skip) {
        return new Migration.Binding(
                home,
                connection::requireTransactions,
                this::client,
                database,
                System.out::println,
                name -> backfill(name, backfills),
                skip::accept,
                observation);
    }

    private Backfill backfill(String name, StepBackfills backfills) {
        if (session != null) {
            throw observation.refuse(
                    "backfill(\"%s\") in a transaction: it commits each batch by itself".formatted(name),
                    "Call it without a transaction, in a migration of its own");
        }
        return backfills.of(name, observation);
    }

    /** Returns the client. The run closes it. */
    synchronized MongoClient client() {
        if (client == null) {
            client = Handles.of(MongoClient.class, connection.client(), policy);
        }
        return client;
    }

    MongoDatabase database() {
        return database;
    }

    /** Returns the session, which the run ends; null without a transaction. */
    ClientSession session() {
        return session;
    }

    /** Whether a call ended by {@link Migration#skip}, and why. */
    static final class Skip {
        private final Observation observation;
        private final Redactor redactor;
        private final String impossible;
        private volatile Thread caller;
        private volatile String reason;

        /**
         * @param impossible why the call cannot be skipped, or null
         */
        Skip(Observation observation, Redactor redactor, String impossible) {
            this.observation = observation;
            this.redactor = redactor;
            this.impossible = impossible;
        }

        /** Notes the reason, before the code is ended. */
        void accept(String text) {
            String message = Thread.currentThread() == caller
                    ? impossible
                    : "skip() was called in another thread, where it cannot end up()";
            if (message != null) {
                throw observation.refuse(message, "Return, or throw an exception");
            }
            reason = Failure.shortened(redactor.redact(text));
        }

        /**
         * Calls the code in the thread that may skip it. A migration that calls skip() must not be applied, even if it
         * continues.
         */
        void noticing(UserCode code) throws Throwable {
            caller = Thread.currentThread();
            code.run();
            if (reason != null) {
                throw observation.refuse(
                        "skip(\"%s\") was called, but up() caught what it throws and continued".formatted(reason),
                        "Catch exceptions, not every Throwable");
            }
        }

        /** Whether the call was ended by {@code skip()}. */
        boolean ended(Throwable thrown) {
            return reason != null && thrown instanceof Migration.Skipped;
        }

        /** Returns the reason, or null. */
        String reason() {
            return reason;
        }
    }
}

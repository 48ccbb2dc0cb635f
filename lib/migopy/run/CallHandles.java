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
import migopy.observe.Handles;
import migopy.observe.InSession;
import migopy.observe.Observation;

/** The client, database and session that a call hands to the user's code. */
final class CallHandles {
    /** How much of what is handed out has to be a proxy; the first one takes its time. */
    enum Proxies {
        /** The client and the session, if the code asks for them. */
        FEW,
        /** The database as well. */
        ALL,
        /** All of them, and their calls are made in the session. */
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
        // In a transaction the server takes no write concern but the commit's.
        MongoDatabase fit = session == null ? bare : bare.withWriteConcern(WriteConcern.ACKNOWLEDGED);
        this.database = proxies == Proxies.FEW ? fit : Handles.of(MongoDatabase.class, fit, policy);
    }

    /** What the calls of {@link Migration} lead to. */
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

    /** The client, which is the run's to close. */
    synchronized MongoClient client() {
        if (client == null) {
            client = Handles.of(MongoClient.class, connection.client(), policy);
        }
        return client;
    }

    MongoDatabase database() {
        return database;
    }

    /** The session, which is the run's to end; null without a transaction. */
    ClientSession session() {
        return session;
    }
}

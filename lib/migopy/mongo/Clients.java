package migopy.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.ServerAddress;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.connection.ClusterConnectionMode;
import com.mongodb.connection.ClusterType;
import com.mongodb.connection.ServerMonitoringMode;
import com.mongodb.event.CommandListener;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import migopy.settings.ConnectionSettings;
import migopy.settings.Tls;
import org.bson.UuidRepresentation;
import org.bson.types.ObjectId;

/**
 * The clients of one run: the journal's, and the user's.
 *
 * <p>Two, whatever the URI says: a migration may have every connection of its pool in use for
 * longer than the lease lasts, may close its client, and may end its own operations by their
 * application name. The user's is made when it is first asked for, since many commands need none.
 */
public final class Clients implements AutoCloseable {
    /** An election takes about 12 s; the driver's own default is the same. */
    private static final Duration SERVER_SELECTION = Duration.ofSeconds(30);

    /** The lock, the journal's writes, and a checkpoint of each worker of a backfill. */
    private static final int JOURNAL_POOL = 16;

    /** What the journal's client adds to the application name. */
    private static final String JOURNAL = "-journal";

    private final MongoClientSettings forUser;
    private final CommandListener listener;
    private final MongoClient journal;
    private final Duration firstContact;
    private final String appName;
    private MongoClient user;
    private MongoClient reopened;
    private boolean closed;

    private Clients(
            MongoClientSettings forUser,
            MongoClient journal,
            Duration firstContact,
            String appName,
            CommandListener listener) {
        this.forUser = forUser;
        this.listener = listener;
        this.appName = appName;
        this.journal = journal;
        this.firstContact = firstContact;
    }

    /**
     * @param appName by which the server knows the user's operations
     * @param listener of the user's client alone
     */
    static Clients of(ConnectionSettings settings, String uri, String appName, CommandListener listener) {
        ConnectionString string = new ConnectionString(uri);
        MongoClientSettings forUser = forUser(string, settings.tls(), appName);
        Integer given = string.getServerSelectionTimeout();
        boolean bounded = given != null && given > 0;
        return new Clients(
                forUser,
                journal(forUser, appName),
                bounded ? Duration.ofMillis(given) : settings.connectTimeout(),
                appName,
                listener);
    }

    /** The client of journal and lock. */
    MongoClient journal() {
        return journal;
    }

    /**
     * Another client like the journal's, which may have stopped working for good: a thread of the
     * driver's that ends, as when memory ran out in it, is not replaced. One at a time.
     */
    synchronized MongoClient reopenedJournal() {
        ensureOpen();
        if (reopened != null) {
            reopened.close();
        }
        reopened = journal(forUser, appName);
        return reopened;
    }

    /** The user's client. */
    synchronized MongoClient user() {
        ensureOpen();
        if (user == null) {
            user = MongoClients.create(MongoClientSettings.builder(forUser)
                    .addCommandListener(listener)
                    .build());
        }
        return user;
    }

    /** How long the first answer may take. */
    Duration firstContact() {
        return firstContact;
    }

    /** A client of the first host alone, whatever replica set it belongs to. */
    static MongoClient ofFirstHost(ConnectionSettings settings, String uri, Duration limit) {
        ConnectionString string = new ConnectionString(uri);
        return MongoClients.create(MongoClientSettings.builder(forUser(string, settings.tls(), "migopy-probe"))
                .applyToClusterSettings(cluster -> cluster.requiredReplicaSetName(null)
                        .requiredClusterType(ClusterType.UNKNOWN)
                        .mode(ClusterConnectionMode.SINGLE)
                        .hosts(List.of(new ServerAddress(string.getHosts().get(0))))
                        .serverSelectionTimeout(limit.toMillis(), TimeUnit.MILLISECONDS))
                .build());
    }

    @Override
    public synchronized void close() {
        closed = true;
        try (journal) {
            if (reopened != null) {
                reopened.close();
            }
        } finally {
            if (user != null) {
                user.close();
            }
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("the connection is closed");
        }
    }

    private static MongoClientSettings forUser(ConnectionString string, Tls tls, String appName) {
        MongoClientSettings.Builder builder = MongoClientSettings.builder()
                .uuidRepresentation(UuidRepresentation.STANDARD)
                .applyConnectionString(string)
                // Ours even where the URI names one: who takes a lock over finds a dead
                // run's work by it.
                .applicationName(appName)
                .writeConcern(writeConcern(string));
        builder.applyToServerSettings(server -> {
            if (string.getServerMonitoringMode() == null) {
                // One connection less to open and to close than with streaming.
                server.serverMonitoringMode(ServerMonitoringMode.POLL);
            }
        });
        if (string.getServerSelectionTimeout() == null) {
            builder.applyToClusterSettings(
                    cluster -> cluster.serverSelectionTimeout(SERVER_SELECTION.toMillis(), TimeUnit.MILLISECONDS));
        }
        if (tls.enabled()) {
            builder.applyToSslSettings(ssl -> {
                ssl.enabled(true);
                if (tls.context() != null) {
                    ssl.context(tls.context());
                }
            });
        }
        return builder.build();
    }

    private static WriteConcern writeConcern(ConnectionString string) {
        WriteConcern said = string.getWriteConcern();
        if (said == null) {
            return WriteConcern.MAJORITY;
        }
        boolean timeLimitOnly = said.getWObject() == null && said.getJournal() == null;
        return timeLimitOnly
                ? WriteConcern.MAJORITY.withWTimeout(said.getWTimeout(TimeUnit.MILLISECONDS), TimeUnit.MILLISECONDS)
                : said;
    }

    private static MongoClient journal(MongoClientSettings forUser, String appName) {
        return MongoClients.create(MongoClientSettings.builder(forUser)
                // Another name: whoever ends the run's operations does not end these.
                .applicationName(appName + JOURNAL)
                .retryWrites(true)
                .retryReads(true)
                .applyToConnectionPoolSettings(pool -> pool.minSize(0).maxSize(JOURNAL_POOL))
                .build());
    }

    /**
     * Loads the driver while the main thread still reads words and settings: a third of what a short
     * command needs the processor for, and a second one is there nearly everywhere.
     */
    public static final class DriverPreload implements AutoCloseable {
        private final Thread thread = new Thread(DriverPreload::load, "migopy-driver");

        private DriverPreload() {
            thread.setDaemon(true);
            thread.start();
        }

        /** Begins. Nothing is connected, and nothing that fails here matters: it would fail again. */
        public static DriverPreload start() {
            ConnectionSettings.acceptNoLoggingLibrary();
            return new DriverPreload();
        }

        private static void load() {
            try {
                MongoClientSettings.builder()
                        .applyConnectionString(new ConnectionString("mongodb://localhost"))
                        .build();
                ObjectId.get(); // asks for random numbers, which takes a provider's classes
            } catch (LinkageError e) {
                return; // a damaged jar: the command itself fails of it, and reports it
            }
            // A monitor tells its log what it has found, dates in words, before it tells anybody else:
            // though nobody keeps that log, it would wait here for the names of all time zones.
            new Date().toString();
        }

        /** Waits for its end, a few milliseconds at most: there is nothing in it to wait for. */
        @Override
        public void close() {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

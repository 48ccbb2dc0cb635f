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
 * The clients of one run: one for the journal, and one for the user's code.
 *
 * <p>They are separate because a migration may use every connection of its pool for longer than the lease
 * lasts, may close its client, and may kill its own operations by their application name. The user's client
 * is made on first use, since many commands need none.
 */
public final class Clients implements AutoCloseable {
    /** An election takes about 12 s; the driver's own default is the same. */
    private static final Duration SERVER_SELECTION = Duration.ofSeconds(30);

    /** For the lock, the journal's writes, and the checkpoints of a backfill's workers. */
    private static final int JOURNAL_POOL = 16;

    /** The suffix of the journal client's application name. */
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
     * @param appName the application name of the user's operations
     * @param listener added to the user's client only
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
     * A new client for the journal, since the first may no longer work: the driver does not replace a thread
     * that ended, for example because memory ran out. It closes the previous new client.
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

    /** The time limit of the first contact. */
    Duration firstContact() {
        return firstContact;
    }

    /** A client of the URI's first host alone, whatever replica set it belongs to. */
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
                // It replaces the URI's: a run that takes over finds the operations of a crashed run by it.
                .applicationName(appName)
                .writeConcern(writeConcern(string));
        builder.applyToServerSettings(server -> {
            if (string.getServerMonitoringMode() == null) {
                // It opens one connection less than streaming.
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
                // so that killing the run's operations spares these
                .applicationName(appName + JOURNAL)
                .retryWrites(true)
                .retryReads(true)
                .applyToConnectionPoolSettings(pool -> pool.minSize(0).maxSize(JOURNAL_POOL))
                .build());
    }

    /**
     * Loads the driver's classes while the main thread reads arguments and settings. That is a third of a
     * short command's processor time, and nearly every machine has a second processor.
     */
    public static final class DriverPreload implements AutoCloseable {
        private final Thread thread = new Thread(DriverPreload::load, "migopy-driver");

        private DriverPreload() {
            thread.setDaemon(true);
            thread.start();
        }

        /**
         * Starts the thread. It connects to nothing, and its errors do not matter, since they would occur
         * again.
         */
        public static DriverPreload start() {
            ConnectionSettings.acceptNoLoggingLibrary();
            return new DriverPreload();
        }

        private static void load() {
            try {
                MongoClientSettings.builder()
                        .applyConnectionString(new ConnectionString("mongodb://localhost"))
                        .build();
                ObjectId.get(); // needs random numbers, and thereby a provider's classes
            } catch (LinkageError e) {
                return; // a damaged jar: the command itself meets and reports it
            }
            // A monitor formats dates for its log before it publishes what it found, and so would wait for the
            // names of all time zones, even though the log is off.
            new Date().toString();
        }

        /** Waits until the thread has ended, a few milliseconds at most, since it never blocks. */
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

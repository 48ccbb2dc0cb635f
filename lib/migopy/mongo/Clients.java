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

import migopy.settings.ConnectionSettings;
import migopy.settings.Tls;

import org.bson.UuidRepresentation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The clients of one run: the user's, and the journal's, which is the same one unless the URI makes
 * it unfit for that.
 *
 * @param firstContact how long the first answer may take
 */
record Clients(MongoClient user, MongoClient journal, Duration firstContact)
        implements AutoCloseable {

    /** An election takes about 12 s; the driver's own default is the same. */
    private static final Duration SERVER_SELECTION = Duration.ofSeconds(30);

    // Fewer connections than this, and a migration's long operations could keep the lock from being
    // renewed.
    private static final int SMALLEST_SHARED_POOL = 16;

    /** The lock's renewals, the journal's writes, and a look at the server's operations. */
    private static final int JOURNAL_POOL = 4;

    static Clients of(ConnectionSettings settings, String uri, String appName) {
        ConnectionString string = new ConnectionString(uri);
        MongoClientSettings forUser = forUser(string, settings.tls(), appName);
        MongoClient user = MongoClients.create(forUser);
        try {
            MongoClient journal = fitForJournal(string) ? user : journal(forUser);
            Integer said = string.getServerSelectionTimeout();
            boolean bounded = said != null && said > 0;
            return new Clients(
                    user, journal, bounded ? Duration.ofMillis(said) : settings.connectTimeout());
        } catch (RuntimeException e) {
            user.close();
            throw e;
        }
    }

    /** A client of the first host alone, whatever replica set it belongs to. */
    static MongoClient ofFirstHost(ConnectionSettings settings, String uri, Duration limit) {
        ConnectionString string = new ConnectionString(uri);
        return MongoClients.create(
                MongoClientSettings.builder(forUser(string, settings.tls(), "migopy-probe"))
                        .applyToClusterSettings(
                                cluster ->
                                        cluster.requiredReplicaSetName(null)
                                                .requiredClusterType(ClusterType.UNKNOWN)
                                                .mode(ClusterConnectionMode.SINGLE)
                                                .hosts(
                                                        List.of(
                                                                new ServerAddress(
                                                                        string.getHosts().get(0))))
                                                .serverSelectionTimeout(
                                                        limit.toMillis(), TimeUnit.MILLISECONDS))
                        .build());
    }

    @Override
    public void close() {
        try (user) {
            if (journal != user) {
                journal.close();
            }
        }
    }

    private static MongoClientSettings forUser(ConnectionString string, Tls tls, String appName) {
        MongoClientSettings.Builder builder =
                MongoClientSettings.builder()
                        .uuidRepresentation(UuidRepresentation.STANDARD)
                        .applyConnectionString(string)
                        // Ours even where the URI names one: who takes a lock over finds a dead
                        // run's work by it.
                        .applicationName(appName)
                        .writeConcern(writeConcern(string));
        builder.applyToServerSettings(
                server -> {
                    if (string.getServerMonitoringMode() == null) {
                        // One connection less to open and to close than with streaming.
                        server.serverMonitoringMode(ServerMonitoringMode.POLL);
                    }
                });
        if (string.getServerSelectionTimeout() == null) {
            builder.applyToClusterSettings(
                    cluster ->
                            cluster.serverSelectionTimeout(
                                    SERVER_SELECTION.toMillis(), TimeUnit.MILLISECONDS));
        }
        if (tls.enabled()) {
            builder.applyToSslSettings(
                    ssl -> {
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
                ? WriteConcern.MAJORITY.withWTimeout(
                        said.getWTimeout(TimeUnit.MILLISECONDS), TimeUnit.MILLISECONDS)
                : said;
    }

    private static boolean fitForJournal(ConnectionString string) {
        Integer pool = string.getMaxConnectionPoolSize();
        return !Boolean.FALSE.equals(string.getRetryWritesValue())
                && !Boolean.FALSE.equals(string.getRetryReads())
                && (pool == null || pool == 0 || pool >= SMALLEST_SHARED_POOL);
    }

    private static MongoClient journal(MongoClientSettings forUser) {
        return MongoClients.create(
                MongoClientSettings.builder(forUser)
                        .retryWrites(true)
                        .retryReads(true)
                        .applyToConnectionPoolSettings(
                                pool -> pool.minSize(0).maxSize(JOURNAL_POOL))
                        .build());
    }
}

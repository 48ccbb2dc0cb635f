package migopy.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.connection.ClusterDescription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import migopy.MigopyException;
import migopy.observe.CallLog;
import migopy.observe.CommandWatch;
import migopy.observe.Observation;
import migopy.settings.Settings;
import org.bson.Document;

/**
 * The connection to the database that the settings name, made while other work continues.
 *
 * <p>{@link #open} returns at once. Every method that needs the server waits for the first contact, which
 * {@code connectTimeout} limits, and throws a {@link MigopyException} of kind unreachable if it fails.
 */
public final class Connection implements AutoCloseable {
    /** The time limit of each call for journal and lock. */
    private static final long JOURNAL_CALL_MS = 10_000;

    /** UnknownReplWriteConcern. */
    private static final int UNKNOWN_CONCERN = 79;

    private final Settings settings;
    private final CommandWatch commands;
    private final FirstContact contact;
    private volatile Runnable afterClosing;
    private boolean closed;

    private Connection(Settings settings, String runId, CallLog log) {
        this.settings = settings;
        this.commands = new CommandWatch(log);
        this.contact = new FirstContact(settings, appName(runId), commands);
    }

    /** Starts to connect, and starts the embedded server if the settings ask for it. */
    public static Connection open(Settings settings, String runId) {
        return open(settings, runId, null);
    }

    /**
     * The same for a rehearsal.
     *
     * @param log sees the commands of the user's client
     */
    public static Connection open(Settings settings, String runId, CallLog log) {
        settings.database(); // throws if none is named, before anything is started
        Connection connection = new Connection(settings, runId, log);
        connection.contact.start();
        return connection;
    }

    /** The application name of the operations of a run's migrations. */
    static String appName(String runId) {
        return "migopy-" + runId;
    }

    /** Whether the first contact has ended, successfully or not, so that nothing waits for it. */
    public boolean isMade() {
        return contact.isDone();
    }

    /** Whether a server responds within the limit, for work that is possible without one. */
    public boolean answersWithin(Duration limit) {
        return contact.succeedsWithin(limit);
    }

    /**
     * Returns the kind of server; waits for the first contact.
     *
     * @throws MigopyException kind unreachable, if no server responds in time or authentication fails
     */
    public Topology topology() {
        return contact.topology();
    }

    /** The user's client: write concern majority unless the URI names another. */
    public MongoClient client() {
        return contact.clients().user();
    }

    /**
     * Connects the user's client in a thread of its own, before {@link #client()} is needed: a handshake
     * takes as long as the first write to the journal.
     */
    public void connectAhead() {
        Thread thread = new Thread(this::greet, "migopy-connect-ahead");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Refuses a named write concern of the URI that the server does not know, before anything is run: by a write that
     * changes nothing, and only for a name other than {@code majority}.
     *
     * @param collection any; nothing in it is changed
     * @throws MigopyException kind usage
     */
    public void refuseUnknownWriteConcern(String collection) {
        WriteConcern concern =
                settings.embedded() ? null : named(settings.connection().uri().reveal());
        if (concern == null) {
            return;
        }
        try {
            journalDatabase()
                    .getCollection(collection)
                    .withWriteConcern(concern)
                    .deleteOne(Filters.eq("_id", "write concern " + concern.getWString()));
        } catch (MongoWriteConcernException e) {
            if (e.getCode() == UNKNOWN_CONCERN) {
                throw new MigopyException(
                        MigopyException.Kind.USAGE,
                        "w=%s in the MongoDB URI is not a write concern of this server: %s"
                                .formatted(concern.getWString(), MongoErrors.words(e)),
                        "Remove w=%s from the URI; writes then wait for the majority".formatted(concern.getWString()),
                        e);
            }
        }
    }

    private static WriteConcern named(String uri) {
        if (!uri.contains("w=")) {
            return null;
        }
        WriteConcern concern = new ConnectionString(uri).getWriteConcern();
        return concern != null && concern.getWObject() instanceof String name && !name.equals("majority")
                ? concern
                : null;
    }

    private void greet() {
        try {
            client().getDatabase("admin")
                    .withTimeout(JOURNAL_CALL_MS, TimeUnit.MILLISECONDS)
                    .runCommand(new Document("ping", 1));
        } catch (MongoException | IllegalStateException e) {
            // Only time is lost: the caller that needs the client meets the same error and reports it. Closing
            // the connection ends this thread, too.
        }
    }

    /** Observes the commands of the user's client until the result is closed. */
    public CommandWatch.Unwatch watch(Observation observation) {
        return commands.watch(observation);
    }

    /** The user's database, with the user's concerns. */
    public MongoDatabase database() {
        return client().getDatabase(settings.database());
    }

    /** The database for journal and lock: primary, majority, 10 s a call, whatever the URI says. */
    public MongoDatabase journalDatabase() {
        return journalDatabase(settings.database());
    }

    /** The same for another database of the server. */
    public MongoDatabase journalDatabase(String name) {
        return strict(contact.clients().journal().getDatabase(name));
    }

    /** The same with a new client, for renewals after the journal's client has failed. */
    public MongoDatabase reopenedJournalDatabase(String name) {
        return strict(contact.clients().reopenedJournal().getDatabase(name));
    }

    /**
     * The database for writing the journal in a migration's transaction. The session belongs to the user's
     * client, and the transaction determines concerns and time limit.
     */
    public MongoDatabase transactionDatabase() {
        return database().withReadPreference(ReadPreference.primary());
    }

    /**
     * Refuses a database name that differs only in case from that of an existing database, which the server
     * would refuse to create. Takes one round trip.
     *
     * @throws MigopyException usage, if there is such a database
     */
    public void refuseOtherCase() {
        if (topology() == Topology.EMBEDDED) {
            return;
        }
        String name = settings.database();
        Pattern anyCase = Pattern.compile("^" + Pattern.quote(name) + "$", Pattern.CASE_INSENSITIVE);
        List<String> names;
        try {
            Document answer = admin().runCommand(new Document("listDatabases", 1)
                    .append("nameOnly", true)
                    .append("authorizedDatabases", true)
                    .append("filter", new Document("name", anyCase)));
            var found = answer.getList("databases", Document.class).stream();
            names = found.map(one -> one.getString("name")).toList();
        } catch (MongoCommandException e) {
            return; // without the privilege, the first write reports it
        }
        if (!names.isEmpty() && !names.contains(name)) {
            throw MongoErrors.otherCase(name, names.get(0), null);
        }
    }

    /** The cluster as the journal's client sees it. */
    public ClusterDescription cluster() {
        return contact.clients().journal().getClusterDescription();
    }

    /** The database for administrative commands, which accept no concerns; 10 s a call. */
    MongoDatabase admin() {
        return contact.clients()
                .journal()
                .getDatabase("admin")
                .withReadPreference(ReadPreference.primary())
                .withReadConcern(ReadConcern.LOCAL)
                .withTimeout(JOURNAL_CALL_MS, TimeUnit.MILLISECONDS);
    }

    /** Whether the server has transactions. */
    public boolean supportsTransactions() {
        return topology().noTransactions() == null;
    }

    /**
     * Does nothing on a server that has transactions.
     *
     * @throws MigopyException refused, on any other
     */
    public void requireTransactions() {
        String why = topology().noTransactions();
        if (why != null) {
            throw MigopyException.refused(
                    "A transaction cannot be started: " + why, topology().transactionsHint());
        }
    }

    /** The server's hosts, known without a connection: {@code localhost:27017}. */
    public String server() {
        return server(settings);
    }

    static String server(Settings settings) {
        return settings.embedded()
                ? "the embedded server"
                : String.join(",", settings.connection().hosts());
    }

    /** Database and server, for a heading: {@code app on localhost:27017}. */
    public String describe() {
        return settings.database() + " on " + server();
    }

    /** Sets what to run after {@link #close} has closed the clients. It must not throw. */
    public void afterClosing(Runnable work) {
        afterClosing = work;
    }

    /** Closes the clients and the embedded server. A second call does nothing. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try (contact) {
            // afterClosing runs even if this throws
        } finally {
            Runnable work = afterClosing;
            if (work != null) {
                work.run();
            }
        }
    }

    private static MongoDatabase strict(MongoDatabase database) {
        return database.withReadPreference(ReadPreference.primary())
                .withReadConcern(ReadConcern.MAJORITY)
                .withWriteConcern(WriteConcern.MAJORITY)
                .withTimeout(JOURNAL_CALL_MS, TimeUnit.MILLISECONDS);
    }

    /** The kind of server. */
    public enum Topology {
        STANDALONE,
        REPLICA_SET,
        SHARDED,
        /** The small server that Migopy starts: no sessions, no pipeline updates, no {@code hello}. */
        EMBEDDED;

        /** Why there are no transactions, as the end of a sentence; null where there are. */
        public String noTransactions() {
            return switch (this) {
                case REPLICA_SET, SHARDED -> null;
                case STANDALONE -> "this server has no transactions: it is not a replica set";
                case EMBEDDED -> "the embedded database has no transactions";
            };
        }

        /** The hint that belongs to it. */
        public String transactionsHint() {
            return this == EMBEDDED ? "Run it without --embedded on a replica set" : "Start mongod with --replSet";
        }
    }
}

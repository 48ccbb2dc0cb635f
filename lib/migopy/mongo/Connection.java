package migopy.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConfigurationException;
import com.mongodb.MongoException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.connection.ClusterDescription;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import migopy.MigopyException;
import migopy.observe.CommandWatch;
import migopy.observe.Observation;
import migopy.settings.Settings;
import org.bson.Document;

/**
 * The database that the settings name, connected while other work goes on.
 *
 * <p>{@link #open} returns at once. Whatever needs the server waits for the first contact, which
 * {@code connectTimeout} limits, and throws {@link MigopyException} of kind unreachable if it
 * fails.
 */
public final class Connection implements AutoCloseable {
    /** CONTRACT, section 4: each write of journal and lock. */
    private static final long JOURNAL_CALL_MS = 10_000;

    // Closing takes 3 ms; a connecting thread that ignores interrupts is a daemon.
    private static final long CLOSING_MS = 2_000;

    private static final int COMMAND_NOT_FOUND = 59;

    private final Settings settings;
    private final String appName;
    private final CommandWatch commands = new CommandWatch();
    private final FutureTask<Topology> contact = new FutureTask<>(this::connect);
    private final Thread connecting;

    // Set by the connecting thread alone; read after it has ended, or under the monitor.
    private EmbeddedServer embedded;
    private Clients clients;
    private boolean closed;
    private Runnable afterClosing;

    private Connection(Settings settings, String runId) {
        this.settings = settings;
        this.appName = appName(runId);
        this.connecting = new Thread(contact, "migopy-connect");
        this.connecting.setDaemon(true);
    }

    /** Begins to connect, and starts the embedded server if that is asked for. */
    public static Connection open(Settings settings, String runId) {
        settings.database(); // Refused before anything else, if none is named.
        Connection connection = new Connection(settings, runId);
        connection.connecting.start();
        return connection;
    }

    /** By this name the server knows what the migrations of a run do. */
    static String appName(String runId) {
        return "migopy-" + runId;
    }

    /** Whether the first contact is over, well or badly, so that nothing waits for it any more. */
    public boolean isMade() {
        return contact.isDone();
    }

    /** Whether a server answers within a time, for what can be done without one too. */
    public boolean answersWithin(Duration limit) {
        try {
            contact.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /**
     * What kind of server it is; waits for the first contact.
     *
     * @throws MigopyException kind unreachable, if nobody answers in time or we are not let in
     */
    public Topology topology() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return contact.get();
                } catch (InterruptedException e) {
                    // The contact has a limit of its own; whoever interrupts gets to know right
                    // after it.
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw refusal(e.getCause());
        } catch (CancellationException e) {
            throw new IllegalStateException("the connection is closed", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The user's client: write concern majority unless the URI names another. */
    public MongoClient client() {
        topology();
        return clients.user();
    }

    /**
     * Connects the user's client beside other work, for what is about to call {@link #client()}: a
     * handshake takes as long as the first write of the journal.
     */
    public void connectAhead() {
        Thread thread = new Thread(this::greet, "migopy-connect-ahead");
        thread.setDaemon(true);
        thread.start();
    }

    private void greet() {
        try {
            client().getDatabase("admin")
                    .withTimeout(JOURNAL_CALL_MS, TimeUnit.MILLISECONDS)
                    .runCommand(new Document("ping", 1));
        } catch (MongoException | IllegalStateException e) {
            // Nothing but time is lost: who needs the client meets the same, and says so. Closing
            // the connection ends this, too.
        }
    }

    /** Observes the commands of the user's client, until the result is closed. */
    public CommandWatch.Unwatch watch(Observation observation) {
        return commands.watch(observation);
    }

    /** The user's database, with the user's concerns. */
    public MongoDatabase database() {
        return client().getDatabase(settings.database());
    }

    /** The database of journal and lock: primary, majority, 10 s a call, whatever the URI says. */
    public MongoDatabase journalDatabase() {
        return journalDatabase(settings.database());
    }

    /** The same for another database of this server. */
    public MongoDatabase journalDatabase(String name) {
        topology();
        return strict(clients.journal().getDatabase(name));
    }

    /** The same by a client of its own, for what must go on where the journal's client fails. */
    public MongoDatabase reopenedJournalDatabase(String name) {
        topology();
        return strict(clients.reopenedJournal().getDatabase(name));
    }

    /**
     * The database for the journal's write within a migration's transaction, whose session belongs
     * to the user's client, and which brings concerns and time limit along.
     */
    public MongoDatabase transactionDatabase() {
        return database().withReadPreference(ReadPreference.primary());
    }

    /**
     * Refuses a database whose name differs from that of another one in the case of letters alone:
     * what the server has is meant, and it would create no other. Takes one round trip.
     *
     * @throws MigopyException usage, if there is such a one
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
            return; // whoever may not see it learns of it from the first write
        }
        if (!names.isEmpty() && !names.contains(name)) {
            throw MongoErrors.otherCase(name, names.get(0), null);
        }
    }

    /** The cluster as the journal's client sees it. */
    public ClusterDescription cluster() {
        return clients.journal().getClusterDescription();
    }

    /** The database of the server's own commands, which know no concerns; 10 s a call. */
    MongoDatabase admin() {
        topology();
        return clients.journal()
                .getDatabase("admin")
                .withReadPreference(ReadPreference.primary())
                .withReadConcern(ReadConcern.LOCAL)
                .withTimeout(JOURNAL_CALL_MS, TimeUnit.MILLISECONDS);
    }

    /** Whether a migration may have a transaction. */
    public boolean supportsTransactions() {
        return switch (topology()) {
            case REPLICA_SET, SHARDED -> true;
            case STANDALONE, EMBEDDED -> false;
        };
    }

    /** Where it is, known without a connection: {@code localhost:27017}, or all of the hosts. */
    public String server() {
        return settings.embedded()
                ? "the embedded server"
                : String.join(",", settings.connection().hosts());
    }

    /** What it is about, for a heading: {@code app on localhost:27017}. */
    public String describe() {
        return settings.database() + " on " + server();
    }

    /** What is to be done when {@link #close} has closed the clients; it must not fail. */
    public synchronized void afterClosing(Runnable work) {
        afterClosing = work;
    }

    /**
     * Closes clients and embedded server; a connecting thread is interrupted. Closing twice is
     * closing once.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        connecting.interrupt();
        boolean interrupted = false;
        try {
            connecting.join(CLOSING_MS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        EmbeddedServer server;
        Clients open;
        Runnable work;
        synchronized (this) {
            server = embedded;
            open = clients;
            work = afterClosing;
        }
        try (server;
                open) {
            // Both, the clients first, whatever one of them throws.
        } finally {
            if (work != null) {
                work.run();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Topology connect() {
        String uri = settings.embedded()
                ? startEmbedded()
                : settings.connection().uri().reveal();
        Clients made = Clients.of(settings.connection(), uri, appName, commands);
        synchronized (this) {
            if (closed) {
                made.close();
                throw new CancellationException();
            }
            clients = made;
        }
        MongoDatabase admin = made.journal()
                .getDatabase("admin")
                .withTimeout(made.firstContact().toMillis(), TimeUnit.MILLISECONDS);
        if (settings.embedded()) {
            admin.runCommand(new Document("ping", 1));
            return Topology.EMBEDDED;
        }
        try {
            return topology(hello(admin));
        } catch (MongoTimeoutException e) {
            throw otherReplicaSet(uri, made.firstContact()).orElse(e);
        }
    }

    /**
     * The driver drops a server that is of another replica set than the URI names, and then waits
     * in vain. So the first host is asked by itself.
     */
    private Optional<MongoException> otherReplicaSet(String uri, Duration limit) {
        String wanted = new ConnectionString(uri).getRequiredReplicaSetName();
        if (wanted == null) {
            return Optional.empty();
        }
        try (MongoClient alone = Clients.ofFirstHost(settings.connection(), uri, limit)) {
            String name = hello(alone.getDatabase("admin")).getString("setName");
            return wanted.equals(name)
                    ? Optional.empty()
                    : Optional.of(new MongoConfigurationException(
                            name == null
                                    ? "it is not a member of a replica set, but the URI" + " says replicaSet=" + wanted
                                    : "it belongs to the replica set %s, but the URI says replicaSet=%s"
                                            .formatted(name, wanted)));
        } catch (MongoException e) {
            return Optional.empty(); // no answer at all, as the driver said
        }
    }

    private String startEmbedded() {
        EmbeddedServer started = EmbeddedServer.start(settings.home(), settings.cacheDirectory());
        synchronized (this) {
            if (closed) {
                started.close();
                throw new CancellationException();
            }
            embedded = started;
        }
        return "mongodb://127.0.0.1:" + started.port() + "/";
    }

    private static Document hello(MongoDatabase admin) {
        try {
            return admin.runCommand(new Document("hello", 1));
        } catch (MongoCommandException e) {
            if (e.getErrorCode() != COMMAND_NOT_FOUND) {
                throw e;
            }
            return admin.runCommand(new Document("isMaster", 1)); // MongoDB 4.2 and 4.4.1
        }
    }

    private static Topology topology(Document hello) {
        if ("isdbgrid".equals(hello.get("msg"))) {
            return Topology.SHARDED;
        }
        return hello.containsKey("setName") ? Topology.REPLICA_SET : Topology.STANDALONE;
    }

    private static MongoDatabase strict(MongoDatabase database) {
        return database.withReadPreference(ReadPreference.primary())
                .withReadConcern(ReadConcern.MAJORITY)
                .withWriteConcern(WriteConcern.MAJORITY)
                .withTimeout(JOURNAL_CALL_MS, TimeUnit.MILLISECONDS);
    }

    private RuntimeException refusal(Throwable cause) {
        if (cause instanceof MigopyException known) {
            return known;
        }
        if (cause instanceof MongoException e) {
            return MongoErrors.firstContact(e, server());
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("the driver could not be started", cause);
    }
}

package migopy.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConfigurationException;
import com.mongodb.MongoException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.event.CommandListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import migopy.MigopyException;
import migopy.mongo.Connection.Topology;
import migopy.settings.Settings;
import org.bson.Document;

/**
 * Connects in a thread of its own: starts the embedded server where one is used, makes the clients,
 * and asks which kind of server responds. Closing it closes both.
 */
final class FirstContact implements AutoCloseable {
    // Closing takes 3 ms; a connecting thread that ignores interrupts is a daemon.
    private static final long CLOSING_MS = 2_000;

    private static final int COMMAND_NOT_FOUND = 59;

    private final Settings settings;
    private final String appName;
    private final CommandListener commands;
    private final FutureTask<Topology> result = new FutureTask<>(this::connect);
    private final Thread thread = new Thread(result, "migopy-connect");

    // Set by the connecting thread alone; read after it has ended, or under the monitor.
    private EmbeddedServer embedded;
    private Clients clients;
    private boolean closed;

    /**
     * @param appName by which the server knows the operations of the user's client
     * @param commands the listener of the user's client
     */
    FirstContact(Settings settings, String appName, CommandListener commands) {
        this.settings = settings;
        this.appName = appName;
        this.commands = commands;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    boolean isDone() {
        return result.isDone();
    }

    boolean succeedsWithin(Duration limit) {
        try {
            result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /**
     * Waits for the result.
     *
     * @throws MigopyException unreachable, if no server responds in time or authentication fails
     */
    Topology topology() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true; // reported afterwards: the contact has a time limit of its own
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

    /** The clients, once the server has responded. */
    Clients clients() {
        topology();
        return clients;
    }

    /** Interrupts the connecting thread, and closes the clients and then the embedded server. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        thread.interrupt();
        boolean interrupted = false;
        try {
            thread.join(CLOSING_MS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        EmbeddedServer server;
        Clients open;
        synchronized (this) {
            server = embedded;
            open = clients;
        }
        try (server;
                open) {
            // both of them, even if one throws
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Topology connect() {
        String uri = settings.embedded()
                ? startEmbedded()
                : settings.connection().uri().reveal();
        Clients made;
        try {
            made = Clients.of(settings.connection(), uri, appName, commands);
        } catch (IllegalArgumentException | IllegalStateException e) { // as for minPoolSize above maxPoolSize
            throw new MigopyException(
                    MigopyException.Kind.USAGE,
                    "The driver rejects the options of the MongoDB URI: " + e.getMessage(),
                    "Correct the options of the URI",
                    e);
        }
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
     * The driver ignores a server of another replica set than the URI names, and times out. So the first host
     * is queried alone.
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
            return Optional.empty(); // it does not respond either, as the driver reported
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

    private RuntimeException refusal(Throwable cause) {
        if (cause instanceof MigopyException known) {
            return known;
        }
        if (cause instanceof MongoException e) {
            return MongoErrors.translate(e, "Connecting to " + Connection.server(settings));
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("the driver could not be started", cause);
    }
}

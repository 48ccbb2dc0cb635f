package support;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.event.CommandListener;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.Document;

/**
 * A test's own database on a running server. When the test ends, everything that it opened is closed and the database
 * is dropped.
 */
public final class MongoServer implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Deployment deployment;
    private final String database = "t%d_%d".formatted(ProcessHandle.current().pid(), COUNT.incrementAndGet());
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    MongoServer(Deployment deployment) {
        this.deployment = deployment;
    }

    /** Returns the name of this test's database. */
    public String database() {
        return database;
    }

    /** Returns this test's database, through the tests' own client. */
    public MongoDatabase db() {
        return client().getDatabase(database);
    }

    /** Returns a collection of this test's database. */
    public MongoCollection<Document> collection(String name) {
        return db().getCollection(name);
    }

    public MongoClient client() {
        return deployment.client();
    }

    /** Returns a URI with this test's database and a direct connection to the server. */
    public String uri() {
        return uriWith("");
    }

    /** The same with more options: {@code w=1&retryWrites=false}. */
    public String uriWith(String options) {
        String uri = deployment.uri().replaceFirst("/\\?", "/" + database + "?");
        return options.isEmpty() ? uri : uri + "&" + options;
    }

    /**
     * Returns a URI with which the driver discovers the members and waits for elections; only for servers with {@link
     * #members()}.
     */
    public String uriOfSet() {
        return uri().replaceFirst("directConnection=true", "replicaSet=" + Mongod.SET);
    }

    /** Returns a URI through a proxy. */
    public String uriThrough(TcpProxy proxy) {
        return uri().replaceFirst(address(), "127.0.0.1:" + proxy.port());
    }

    /** Returns the URI with a user's name and password. */
    public String uriAs(String user, String password) {
        return "mongodb://%s:%s@%s/%s?directConnection=true&authSource=admin"
                .formatted(user, password, address(), database);
    }

    /** Returns host and port of the server or of the first member. */
    public String address() {
        return new ConnectionString(deployment.uri()).getHosts().get(0);
    }

    /** Returns the port of {@link #address()}. */
    public int port() {
        return Integer.parseInt(address().substring(address().lastIndexOf(':') + 1));
    }

    /** Returns the processes, to kill and start again; only of a server that no other test uses ({@link Kind#OWN}). */
    public List<Mongod> members() {
        return deployment.members();
    }

    /** Returns the primary's process, or null during an election. */
    public Mongod primary() {
        String address = admin(new Document("hello", 1)).getString("primary");
        return members().stream()
                .filter(member -> member.address().equals(address))
                .findFirst()
                .orElse(null);
    }

    /** Kills a member, which starts again when the test ends. */
    public void kill(Mongod member) {
        member.kill();
        closeAtEnd(() -> {
            member.startAgain();
            Eventually.until("there is a primary", () -> primary() != null);
        });
    }

    /** Runs a command on {@code admin}. */
    public Document admin(Document command) {
        return client().getDatabase("admin").runCommand(command);
    }

    /** Returns a hash of all documents of the test's database. */
    public String hash() {
        return db().runCommand(new Document("dbHash", 1)).getString("md5");
    }

    /** Returns the time by the server's clock, which measures leases. */
    public Instant time() {
        return admin(new Document("hello", 1)).getDate("localTime").toInstant();
    }

    /** Makes the primary step down; a single member is elected again after {@code seconds}. */
    public void stepDown(int seconds) {
        admin(new Document("replSetStepDown", seconds).append("force", true));
    }

    /**
     * Creates a user with roles on this test's database, dropped when the test ends: on {@link
     * Kind#AUTH}.
     */
    public void createUser(String user, String password, String... roles) {
        List<Document> onDatabase = new ArrayList<>();
        for (String role : roles) {
            onDatabase.add(new Document("role", role).append("db", database));
        }
        admin(new Document("createUser", user).append("pwd", password).append("roles", onDatabase));
        closeAtEnd(() -> admin(new Document("dropUser", user)));
    }

    /** Returns a proxy in front of this server, closed when the test ends. */
    public TcpProxy proxy() {
        TcpProxy proxy = TcpProxy.to("127.0.0.1", port());
        closeAtEnd(proxy);
        return proxy;
    }

    /** Returns a client with a command listener, closed when the test ends. */
    public MongoClient heardBy(CommandListener listener) {
        MongoClient client = MongoClients.create(MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(uri()))
                .addCommandListener(listener)
                .build());
        closeAtEnd(client);
        return client;
    }

    /** Makes commands on a collection of this test's database fail until the test ends. */
    public FailCommand failing(String collection, String... commands) {
        FailCommand fail = new FailCommand(this, collection, List.of(commands));
        closeAtEnd(fail);
        return fail;
    }

    /** Closes {@code resource} when the test ends; in reverse order. */
    public void closeAtEnd(AutoCloseable resource) {
        opened.push(resource);
    }

    @Override
    public void close() {
        AssertionError first = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) { // from any resource; the others must still be closed
                first = first == null ? new AssertionError("at the end of the test", e) : first;
            }
        }
        db().drop();
        if (first != null) {
            throw first;
        }
    }
}

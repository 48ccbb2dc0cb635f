package support;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.mongodb.MongoDBContainer;

/**
 * A running server or replica set that several tests share.
 *
 * <p>The replica set with one member is the first of these that is available: the one that {@code MIGOPY_TEST_URI}
 * names; a container; {@code mongod} on the PATH; a {@code mongod} that get-mongod.sh fetches. All other kinds need a
 * {@code mongod} of their own.
 */
public final class Deployment implements AutoCloseable {
    private static final String IMAGE = "mongo:6";

    private final String uri;
    private final List<Mongod> members;
    private final Runnable stopContainer;
    private final MongoClient client;

    private Deployment(String uri, MongoClientSettings settings, List<Mongod> members, Runnable stopContainer) {
        this.uri = uri;
        this.members = members;
        this.stopContainer = stopContainer;
        this.client = MongoClients.create(settings);
    }

    private Deployment(String uri, List<Mongod> members, Runnable stopContainer) {
        this(uri, settings(uri), members, stopContainer);
    }

    private static MongoClientSettings settings(String uri) {
        return MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(uri))
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(30, TimeUnit.SECONDS))
                .applicationName("migopy-tests")
                .build();
    }

    static Deployment start(Kind kind) {
        if (kind == Kind.REPLICA_SET) {
            String given = System.getenv("MIGOPY_TEST_URI");
            if (given != null) {
                return new Deployment(given, List.of(), () -> {});
            }
            if (dockerAnswers()) {
                return container();
            }
        }
        return mongods(kind, binary(kind));
    }

    private static Path binary(Kind kind) {
        try {
            return MongodBinary.find(kind.version());
        } catch (MongodBinary.NotToBeHad e) {
            throw new TestAbortedException(kind + " needs a mongod: " + e.getMessage());
        }
    }

    private static Deployment mongods(Kind kind, Path binary) {
        return switch (kind) {
            case AUTH -> {
                Mongod one = Mongod.start(binary, kind, AuthFiles.options());
                one.initiate(List.of(one));
                one.createRoot(AuthFiles.USER, AuthFiles.PASSWORD);
                yield new Deployment(
                        "mongodb://%s:%s@127.0.0.1:%d/?directConnection=true&authSource=admin"
                                .formatted(AuthFiles.USER, AuthFiles.PASSWORD, one.port()),
                        List.of(one),
                        () -> {});
            }
            case TLS -> {
                TlsFiles tls = TlsFiles.shared();
                Mongod one = Mongod.start(binary, kind, tls.serverOptions());
                one.initiate(List.of(one), tls::trust);
                String uri = "mongodb://localhost:%d/?directConnection=true&tls=true".formatted(one.port());
                MongoClientSettings.Builder settings = MongoClientSettings.builder(settings(uri));
                tls.trust(settings);
                yield new Deployment(uri, settings.build(), List.of(one), () -> {});
            }
            case STANDALONE -> {
                Mongod one = Mongod.start(binary, kind, List.of());
                yield new Deployment(direct(one), List.of(one), () -> {});
            }
            case THREE_MEMBERS -> {
                List<Mongod> three = List.of(
                        Mongod.start(binary, kind, List.of()),
                        Mongod.start(binary, kind, List.of()),
                        Mongod.start(binary, kind, List.of()));
                three.get(0).initiate(three);
                String hosts =
                        String.join(",", three.stream().map(Mongod::address).toList());
                yield new Deployment("mongodb://%s/?replicaSet=%s".formatted(hosts, Mongod.SET), three, () -> {});
            }
            case REPLICA_SET, OWN, MONGODB_5, MONGODB_6_LATE -> {
                Mongod one = Mongod.start(binary, kind, List.of());
                one.initiate(List.of(one));
                yield new Deployment(direct(one), List.of(one), () -> {});
            }
        };
    }

    private static String direct(Mongod one) {
        return "mongodb://%s/?directConnection=true".formatted(one.address());
    }

    /** Returns whether containers can be started. */
    public static boolean dockerAnswers() {
        // Checks for the daemon's socket first, because Testcontainers takes seconds to find that there is none.
        boolean hinted = System.getenv("DOCKER_HOST") != null
                || Files.exists(Path.of("/var/run/docker.sock"))
                || Files.exists(Path.of(System.getProperty("user.home"), ".docker/run/docker.sock"));
        return hinted && DockerClientFactory.instance().isDockerAvailable();
    }

    @SuppressWarnings("resource") // closed with the deployment
    private static Deployment container() {
        MongoDBContainer container = new MongoDBContainer(IMAGE)
                .withReplicaSet()
                .withCommand(
                        "--replSet",
                        "docker-rs",
                        "--wiredTigerCacheSizeGB",
                        "0.25",
                        "--setParameter",
                        "enableTestCommands=1");
        container.start();
        return new Deployment(
                "mongodb://%s:%d/?directConnection=true".formatted(container.getHost(), container.getMappedPort(27017)),
                List.of(),
                container::stop);
    }

    String uri() {
        return uri;
    }

    MongoClient client() {
        return client;
    }

    /** Returns the processes that the tests started; none for a given URI or a container. */
    List<Mongod> members() {
        return members;
    }

    @Override
    public void close() {
        client.close();
        members.forEach(Mongod::close);
        stopContainer.run();
    }
}

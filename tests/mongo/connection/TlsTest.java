package mongo.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import migopy.MigopyException;
import migopy.mongo.Connection;
import migopy.mongo.Connection.Topology;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.TlsFiles;

@OnServer
class TlsTest {
    private static final String LIMIT = "MONGO_CONNECT_TIMEOUT";
    private static final String CA = "MONGO_TLS_CA_FILE";
    private static final String KEY = "MONGO_TLS_CERTIFICATE_KEY_FILE";

    @Test
    void pemFilesConnectToAServerThatRequiresTls(@On(Kind.TLS) MongoServer server) {
        TlsFiles files = TlsFiles.shared();
        Connection connection = Connections.open(
                server,
                plain(server),
                CA,
                files.authority().toString(),
                KEY,
                files.certificateAndKey().toString());
        assertThat(connection.topology()).isEqualTo(Topology.REPLICA_SET);
        assertThat(connection.database().getCollection("x").countDocuments()).isZero();
    }

    @Test
    void anUntrustedServerCertificateIsRefused(@On(Kind.TLS) MongoServer server) {
        MigopyException refusal = refused(plain(server), "MONGO_TLS", "true", LIMIT, "2s");
        assertThat(refusal).hasMessageContaining("certificate is not trusted");
        assertThat(refusal.hint()).contains("--tls-ca-file");
    }

    @Test
    void aMissingClientCertificateIsReported(@On(Kind.TLS) MongoServer server) {
        String authority = TlsFiles.shared().authority().toString();
        MigopyException refusal = refused(plain(server), CA, authority, LIMIT, "2s");
        assertThat(refusal.hint()).contains("--tls-certificate-key-file");
    }

    @Test
    void aConnectionWithoutTlsToATlsServerGetsAHintAboutTls(@On(Kind.TLS) MongoServer server) {
        MigopyException refusal = refused(plain(server), LIMIT, "2s");
        assertThat(refusal.hint()).contains("--tls");
    }

    @Test
    void tlsToAServerWithoutTlsIsReported(MongoServer server) {
        MigopyException refusal = refused("mongodb://" + server.address(), "MONGO_TLS", "true", LIMIT, "2s");
        assertThat(refusal).hasMessageContaining("does not speak TLS");
    }

    private static String plain(MongoServer server) {
        return "mongodb://localhost:%d/%s".formatted(server.port(), server.database());
    }

    private static MigopyException refused(String uri, String... environment) {
        try (Connection connection = Connection.open(Connections.settings(uri, environment), "x")) {
            MigopyException refusal = catchThrowableOfType(MigopyException.class, connection::topology);
            assertThat(refusal.kind()).isEqualTo(MigopyException.Kind.UNREACHABLE);
            assertThat(refusal.getMessage()).doesNotContain("cluster", "\n");
            return refusal;
        }
    }
}

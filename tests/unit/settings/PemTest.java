package unit.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static unit.settings.Given.given;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
    @ParameterizedTest
    @EnumSource(Keys.Form.class)
    void aKeyInEveryCommonFormatAuthenticatesTheClient(Keys.Form form) throws Exception {
        Keys keys = Keys.of(form.algorithm());
        Given given = given();
        Files.writeString(given.home().resolve("ca.pem"), keys.certificate());
        Files.writeString(given.home().resolve("both.pem"), keys.in(form) + keys.certificate());
        SSLContext context = given.environment("MONGO_TLS_CA_FILE", "ca.pem")
                .environment("MONGO_TLS_CERTIFICATE_KEY_FILE", "both.pem")
                .resolve()
                .connection()
                .tls()
                .context();
        assertThat(peerSeenByServer(context)).isEqualTo("CN=localhost");
    }

    @Test
    void filesThatTheUriNamesAreUsedToo() throws Exception {
        Given given = given();
        Files.writeString(given.home().resolve("ca.pem"), Keys.of("EC").certificate());
        given.option("uri", "mongodb://prod/db?tls=true&tlsCAFile=ca.pem");
        assertThat(given.resolve().connection().tls().context()).isNotNull();
        given.option("uri", "mongodb://prod/db?tls=true&tlsCAFile=gone.pem");
        assertThat(given.refused()).hasMessageContainingAll("gone.pem", "--uri");
    }

    @Test
    void aCertificateOfAnotherKeyIsRefused() throws Exception {
        String mixed = Keys.of("RSA").in(Keys.Form.PKCS8_RSA) + Keys.of("EC").certificate();
        assertThat(refusalOf(mixed)).contains("no certificate that belongs to its key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no PEM at all",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE-----\nAAAA",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
                "-----BEGIN EC PRIVATE KEY-----\nMIL/\n-----END EC PRIVATE KEY-----\n",
                "-----BEGIN EC PRIVATE KEY-----\nMA==\n-----END EC PRIVATE KEY-----\n",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + "AAAA\n" + "-----END ENCRYPTED PRIVATE KEY-----\n",
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n" + "-----END RSA PRIVATE KEY-----\n",
            })
    void aDamagedFileIsRefusedWithItsName(String text) throws Exception {
        assertThat(refusalOf(text)).contains("key.pem (from MONGO_TLS_CERTIFICATE_KEY_FILE)");
    }

    private static String refusalOf(String text) throws IOException {
        Given given = given().environment("MONGO_TLS_CERTIFICATE_KEY_FILE", "key.pem");
        Path file = given.home().resolve("key.pem");
        Files.writeString(file, text);
        return given.refused().getMessage();
    }

    private static String peerSeenByServer(SSLContext context) throws Exception {
        try (SSLServerSocket server =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0)) {
            server.setNeedClientAuth(true);
            FutureTask<String> seen = new FutureTask<>(() -> {
                try (SSLSocket accepted = (SSLSocket) server.accept()) {
                    String peer = accepted.getSession().getPeerPrincipal().getName();
                    accepted.getOutputStream().write(1);
                    return peer;
                }
            });
            Thread thread = new Thread(seen, "tls-server");
            thread.start();
            try (var client = context.getSocketFactory().createSocket("localhost", server.getLocalPort())) {
                assertThat(client.getInputStream().read()).isEqualTo(1);
            }
            return seen.get(10, TimeUnit.SECONDS);
        }
    }
}

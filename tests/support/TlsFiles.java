package support;

import com.mongodb.MongoClientSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A self-signed certificate for both sides of TLS, for a server that also requires the client's certificate. The JDK's
 * keytool creates it for this run.
 *
 * @param authority the certificate, PEM: for {@code --tls-ca-file}
 * @param certificateAndKey the certificate and its key, PEM: for {@code --tls-certificate-key-file}
 */
public record TlsFiles(Path authority, Path certificateAndKey) {
    private static final String PASSWORD = "only-for-keytool";
    private static final int KEYTOOL_LIMIT_SECONDS = 30;

    private static final class Holder {
        static final TlsFiles SHARED = create(Scratch.folder("tls"));
    }

    /** Returns the files of this run, created on first use. */
    public static TlsFiles shared() {
        return Holder.SHARED;
    }

    private static TlsFiles create(Path folder) {
        try {
            keytool(
                    folder,
                    "-genkeypair -alias one -dname CN=localhost -ext bc:c -validity 2"
                            + " -ext san=dns:localhost,ip:127.0.0.1 -keyalg RSA -keysize 2048");
            KeyStore store = open(folder);
            String certificate = pem("CERTIFICATE", store.getCertificate("one").getEncoded());
            String key = pem(
                    "PRIVATE KEY", store.getKey("one", PASSWORD.toCharArray()).getEncoded());
            return new TlsFiles(
                    Files.writeString(folder.resolve("authority.pem"), certificate),
                    Files.writeString(folder.resolve("both.pem"), certificate + key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void keytool(Path folder, String arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments.split(" ")));
        command.addAll(List.of("-keystore", "all.p12", "-storetype", "PKCS12", "-storepass", PASSWORD));
        Path output = folder.resolve("keytool.out");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(KEYTOOL_LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException("keytool " + arguments + ": " + Files.readString(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore open(Path folder) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("all.p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private static String pem(String what, byte[] bytes) {
        String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(bytes);
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(what, text, what);
    }

    List<String> serverOptions() {
        return List.of(
                "--tlsMode", "requireTLS",
                "--tlsCertificateKeyFile", certificateAndKey.toString(),
                "--tlsCAFile", authority.toString());
    }

    /** Makes a client of the tests trust the server and present the client's certificate. */
    void trust(MongoClientSettings.Builder settings) {
        try {
            KeyStore store = open(authority.getParent());
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            settings.applyToSslSettings(ssl -> ssl.enabled(true).context(context));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

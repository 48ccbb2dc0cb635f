package migopy.settings;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import migopy.MigopyException;
import migopy.settings.PemFile.PemException;

/**
 * Whether the connection is encrypted.
 *
 * @param context made from the given PEM files; null if the JDK's own trust is enough
 */
public record Tls(boolean enabled, SSLContext context) {
    /** An unencrypted connection. */
    static final Tls OFF = new Tls(false, null);

    // Never leaves this process; a key store requires one.
    private static final char[] NO_PASSWORD = new char[0];

    /** Makes something of a PEM file. */
    private interface Use<T> {
        T of(PemFile file) throws PemException, GeneralSecurityException;
    }

    /**
     * Reads the certificates, so that a wrong file is refused at once.
     *
     * @param given the URI as it was given, or null
     * @param uri the URI that is used
     */
    static Tls of(Values values, Path home, Value given, MongoUri uri) {
        Value asked = values.of(Setting.TLS);
        boolean wanted = asked != null && asked.isTrue();
        Boolean ofUri = uri.tls();
        if (Boolean.FALSE.equals(ofUri) && wanted && asked.above(given)) {
            throw MigopyException.usage(
                    "%s contradicts tls=false in the URI (from %s)".formatted(asked.named(), given.origin()),
                    "Remove one of the two");
        }
        Value ca = file(values, Setting.TLS_CA_FILE, given, uri.options().get("tlscafile"));
        Value key = file(
                values, Setting.TLS_CERTIFICATE_KEY_FILE, given, uri.options().get("tlscertificatekeyfile"));
        TrustManager[] trust = ca == null ? null : use(ca, home, Tls::trust);
        KeyManager[] keys = key == null ? null : use(key, home, Tls::keys);
        // Certificates imply TLS, unless it is turned off explicitly.
        boolean implied = asked == null && (ca != null || key != null);
        boolean enabled = ofUri != null ? ofUri : wanted || implied;
        return enabled ? new Tls(true, trust == null && keys == null ? null : context(keys, trust)) : OFF;
    }

    /** The file that the URI names, where other drivers read it too, else that of the setting. */
    private static Value file(Values values, Setting setting, Value given, String ofUri) {
        return ofUri == null ? values.of(setting) : new Value(setting, ofUri, given.level(), given.origin());
    }

    private static <T> T use(Value value, Path home, Use<T> use) {
        try {
            return use.of(PemFile.read(value.path(home)));
        } catch (PemException e) {
            throw value.refused(e.getMessage());
        } catch (GeneralSecurityException e) {
            throw value.refused("cannot be used: " + e.getMessage());
        }
    }

    private static SSLContext context(KeyManager[] keys, TrustManager[] trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK does not support TLS", e);
        }
    }

    /** Trusts the certificates of this file and no others. */
    private static TrustManager[] trust(PemFile file) throws PemException, GeneralSecurityException {
        List<X509Certificate> certificates = file.certificates();
        KeyStore store = emptyStore();
        for (int i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry("ca-" + i, certificates.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** The key and the certificates that identify the client to the server. */
    private static KeyManager[] keys(PemFile file) throws PemException, GeneralSecurityException {
        PrivateKey key = file.privateKey();
        X509Certificate[] chain = file.chainOf(key).toArray(X509Certificate[]::new);
        KeyStore store = emptyStore();
        store.setKeyEntry("client", key, NO_PASSWORD, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
        return store;
    }
}

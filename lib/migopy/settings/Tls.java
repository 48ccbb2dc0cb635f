package migopy.settings;

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

/**
 * Whether the wire is encrypted.
 *
 * @param context made from the given PEM files; null where the JDK's own trust is enough
 */
public record Tls(boolean enabled, SSLContext context) {
    /** A plain wire. */
    public static final Tls OFF = new Tls(false, null);

    // Never leaves this process; a key store just has to have one.
    private static final char[] NO_PASSWORD = new char[0];

    /** TLS with these, either of which may be null: then what the JDK has by itself. */
    static Tls with(KeyManager[] keys, TrustManager[] trust) {
        if (keys == null && trust == null) {
            return new Tls(true, null);
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust, null);
            return new Tls(true, context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }

    /** Trust in the certificates of this file and in no others. */
    static TrustManager[] trust(PemFile file) throws PemException {
        List<X509Certificate> certificates = file.certificates();
        try {
            KeyStore store = emptyStore();
            for (int i = 0; i < certificates.size(); i++) {
                store.setCertificateEntry("ca-" + i, certificates.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new PemException("cannot be used: " + e.getMessage());
        }
    }

    /** The key and the certificates by which the server knows us. */
    static KeyManager[] keys(PemFile file) throws PemException {
        PrivateKey key = file.privateKey();
        X509Certificate[] chain = file.chainOf(key).toArray(X509Certificate[]::new);
        try {
            KeyStore store = emptyStore();
            store.setKeyEntry("client", key, NO_PASSWORD, chain);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException e) {
            throw new PemException("cannot be used: " + e.getMessage());
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try {
            store.load(null, null);
        } catch (java.io.IOException e) {
            throw new GeneralSecurityException(e);
        }
        return store;
    }
}

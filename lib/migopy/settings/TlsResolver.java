package migopy.settings;

import java.nio.file.Path;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import migopy.MigopyException;

/**
 * Decides whether the wire is encrypted and reads the certificates, so that a wrong file is refused
 * at once.
 */
final class TlsResolver {
    /** Makes something of a PEM file. */
    private interface Use<T> {
        T of(PemFile file) throws PemException;
    }

    private final Values values;
    private final Path home;
    private final Value given;
    private final MongoUri uri;

    /**
     * @param given the URI as it was given, or null
     * @param uri the URI that is used
     */
    TlsResolver(Values values, Path home, Value given, MongoUri uri) {
        this.values = values;
        this.home = home;
        this.given = given;
        this.uri = uri;
    }

    Tls resolve() {
        Value asked = values.of(Setting.TLS);
        boolean wanted = asked != null && asked.truth("tls");
        Boolean ofUri = uri.tls();
        if (Boolean.FALSE.equals(ofUri) && wanted && asked.above(given)) {
            throw MigopyException.usage(
                    "%s contradicts tls=false in the URI (from %s)".formatted(asked.named("tls"), given.origin()),
                    "Take one of the two away");
        }
        Value ca = file(Setting.TLS_CA_FILE, "tlscafile");
        Value key = file(Setting.TLS_CERTIFICATE_KEY_FILE, "tlscertificatekeyfile");
        TrustManager[] trust = ca == null ? null : use(ca, "CA file", Tls::trust);
        KeyManager[] keys = key == null ? null : use(key, "certificate key file", Tls::keys);
        // Who names certificates means TLS, unless it is turned off by name.
        boolean implied = asked == null && (ca != null || key != null);
        boolean enabled = ofUri != null ? ofUri : wanted || implied;
        return enabled ? Tls.with(keys, trust) : Tls.OFF;
    }

    /** The file that the URI names (other drivers read it there), else that of the setting. */
    private Value file(Setting setting, String option) {
        String ofUri = uri.options().get(option);
        if (ofUri != null) {
            return new Value(setting, ofUri, given.level(), given.origin());
        }
        return values.of(setting);
    }

    private <T> T use(Value value, String what, Use<T> use) {
        try {
            return use.of(PemFile.read(value.path(home, what)));
        } catch (PemException e) {
            throw value.refused(what, e.getMessage());
        }
    }
}

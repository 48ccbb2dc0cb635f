package migopy.settings;

import java.time.Duration;
import java.util.List;

/**
 * How to reach the database.
 *
 * @param uri complete, with user and password, but without TLS files; null when embedded
 * @param hosts as a person reads them: {@code localhost:27017}; empty when embedded
 * @param user whom the server knows us by, or null
 * @param database the one to migrate, or null if none is named
 * @param tls whether the wire is encrypted and by which certificates
 * @param connectTimeout how long the first contact may take
 */
public record ConnectionSettings(
        Secret uri,
        boolean embedded,
        List<String> hosts,
        String user,
        String database,
        Tls tls,
        Duration connectTimeout) {

    private static final String SLF4J_VERBOSITY = "slf4j.internal.verbosity";

    public ConnectionSettings {
        hosts = List.copyOf(hosts);
    }

    /**
     * Keeps slf4j from warning that there is no logging library, to be called before the driver's
     * first class is used. None comes with Migopy, so that the one that a project names in its
     * {@code //DEPS} is the only one.
     */
    public static void acceptNoLoggingLibrary() {
        if (System.getProperty(SLF4J_VERBOSITY) == null) {
            System.setProperty(SLF4J_VERBOSITY, "ERROR");
        }
    }
}

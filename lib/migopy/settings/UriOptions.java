package migopy.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import migopy.console.Nearest;

/**
 * The options that a MongoDB URI may have. The driver passes over one that it does not know with a
 * line in its log, so that a misspelt {@code readPreference} would go unnoticed.
 */
final class UriOptions {
    /**
     * Of the Java driver 5.14, as {@code ConnectionString} documents them, and the files that
     * {@link TlsResolver} takes from a URI.
     */
    private static final Map<String, String> KNOWN = byLowerCase("""
        appName authMechanism authMechanismProperties authSource compressors connectTimeoutMS
        directConnection enableOverloadRetargeting gssapiServiceName heartbeatFrequencyMS journal
        loadBalanced localThresholdMS maxAdaptiveRetries maxConnecting maxIdleTimeMS maxLifeTimeMS
        maxPoolSize maxStalenessSeconds minPoolSize proxyHost proxyPassword proxyPort proxyUsername
        readConcernLevel readPreference readPreferenceTags replicaSet retryReads retryWrites safe
        serverMonitoringMode serverSelectionTimeoutMS socketTimeoutMS srvAllowedHostsSuffix
        srvMaxHosts srvServiceName ssl sslInvalidHostNameAllowed timeoutMS tls
        tlsAllowInvalidHostnames tlsCAFile tlsCertificateKeyFile tlsInsecure uuidRepresentation w waitQueueTimeoutMS wTimeoutMS
        zlibCompressionLevel
        """);

    /** MongoDB's shell has it, the driver does not. */
    private static final String INVALID_CERTIFICATES = "tlsallowinvalidcertificates";

    /**
     * A compressor that is not part of the driver.
     *
     * @param type a class of it
     * @param artifact where that class comes from
     */
    private record Compressor(String name, String type, String artifact) {}

    private static final List<Compressor> COMPRESSORS = List.of(
            new Compressor("snappy", "org/xerial/snappy/Snappy.class", "org.xerial.snappy:snappy-java:1.1.10.12"),
            new Compressor("zstd", "com/github/luben/zstd/Zstd.class", "com.github.luben:zstd-jni:1.5.7-28"));

    private UriOptions() {}

    private static Map<String, String> byLowerCase(String names) {
        return Arrays.stream(names.strip().split("\\s+"))
                .collect(Collectors.toMap(name -> name.toLowerCase(Locale.ROOT), Function.identity()));
    }

    /** The hint to an option that the driver does not know; empty for one that it knows. */
    static Optional<String> unknown(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (KNOWN.containsKey(lower)) {
            return Optional.empty();
        }
        return Optional.of(
                lower.equals(INVALID_CERTIFICATES)
                        ? "Leave it out, and name the authority that signed the server's"
                                + " certificate with --tls-ca-file or MONGO_TLS_CA_FILE"
                        : Nearest.of(lower, KNOWN.keySet())
                                .map(near -> "Did you mean %s?".formatted(KNOWN.get(near)))
                                .orElse("Leave it out"));
    }

    /**
     * The {@code //DEPS} line that a compressor of the URI needs and the class path does not have.
     *
     * @param compressors the value of {@code compressors}: {@code zlib,snappy}
     */
    static Optional<String> missingLibrary(String compressors) {
        List<String> wanted = List.of(compressors.split(","));
        return COMPRESSORS.stream()
                .filter(one -> wanted.contains(one.name()))
                .filter(one -> UriOptions.class.getClassLoader().getResource(one.type()) == null)
                .map(one -> "//DEPS " + one.artifact())
                .findFirst();
    }
}

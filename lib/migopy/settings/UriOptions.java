package migopy.settings;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import migopy.console.Nearest;

/**
 * The options that a MongoDB URI may have. The driver ignores one that it does not know, so that a
 * misspelt {@code readPreference} would go unnoticed.
 */
final class UriOptions {
    /**
     * Those of the Java driver 5.14, as {@code ConnectionString} documents them, and the files that
     * {@link Tls} takes from a URI.
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

    /** The MongoDB shell knows it, the driver does not. */
    private static final String INVALID_CERTIFICATES = "tlsallowinvalidcertificates";

    /**
     * A compressor that is not part of the driver.
     *
     * @param type one of its classes
     * @param artifact the Maven artifact that contains it
     */
    private record Compressor(String name, String type, String artifact) {}

    private static final List<Compressor> COMPRESSORS = List.of(
            new Compressor("snappy", "org/xerial/snappy/Snappy.class", "org.xerial.snappy:snappy-java:1.1.10.12"),
            new Compressor("zstd", "com/github/luben/zstd/Zstd.class", "com.github.luben:zstd-jni:1.5.7-28"));

    /** Options with a fixed set of values, which the driver reads in any case of letters. */
    private static final Map<String, List<String>> CHOICES = choices();

    private UriOptions() {}

    private static Map<String, List<String>> choices() {
        Map<String, List<String>> choices = new HashMap<>();
        for (String name : List.of("tls", "ssl", "retrywrites", "retryreads", "journal", "directconnection")) {
            choices.put(name, List.of("true", "false"));
        }
        choices.put(
                "readpreference", List.of("primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"));
        choices.put("readconcernlevel", List.of("local", "available", "majority", "linearizable", "snapshot"));
        return choices;
    }

    /** Returns what is wrong with an option's value; empty for one that is allowed, or that only the driver can check. */
    static Optional<String> problemWithValue(String lowerName, String given) {
        if (given.isEmpty() && !lowerName.equals("readpreferencetags")) {
            return Optional.of("empty");
        }
        List<String> allowed = CHOICES.get(lowerName);
        if (allowed == null
                || allowed.contains(given)
                || !allowed.contains("true") && allowed.stream().anyMatch(given::equalsIgnoreCase)) {
            return Optional.empty();
        }
        return Optional.of("not one of " + String.join(", ", allowed));
    }

    private static Map<String, String> byLowerCase(String names) {
        return Arrays.stream(names.strip().split("\\s+"))
                .collect(Collectors.toMap(name -> name.toLowerCase(Locale.ROOT), Function.identity()));
    }

    /** Returns the hint for an option that the driver does not know; empty for one that it knows. */
    static Optional<String> unknown(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (KNOWN.containsKey(lower)) {
            return Optional.empty();
        }
        return Optional.of(
                lower.equals(INVALID_CERTIFICATES)
                        ? "Remove it, and pass the CA that signed the server's certificate: --tls-ca-file FILE"
                        : Nearest.of(lower, KNOWN.keySet())
                                .map(near -> "Did you mean %s?".formatted(KNOWN.get(near)))
                                .orElse("Remove it"));
    }

    /** Returns how the driver's documentation spells a known option that is in lower case. */
    static String nameOf(String lowerCase) {
        return KNOWN.getOrDefault(lowerCase, lowerCase);
    }

    /**
     * Returns the {@code //DEPS} line for the first compressor of the URI whose library is missing.
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

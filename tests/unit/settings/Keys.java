package unit.settings;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import support.Scratch;

/**
 * A key and its certificate, made by the JDK's keytool, in the PEM forms that openssl writes.
 *
 * @param pkcs8 the key, DER
 * @param certificate PEM
 */
record Keys(byte[] pkcs8, String certificate) {
    private static final Map<String, Keys> MADE = new ConcurrentHashMap<>();
    private static final String PASSWORD = "only-for-keytool";

    enum Form {
        PKCS8_RSA,
        PKCS1_RSA,
        PKCS8_EC,
        SEC1_EC,
        SEC1_EC_WITH_PARAMETERS_APART,
        PKCS8_EDDSA;

        String algorithm() {
            return this == PKCS8_EDDSA ? "Ed25519" : name().contains("RSA") ? "RSA" : "EC";
        }
    }

    static Keys of(String algorithm) {
        return MADE.computeIfAbsent(algorithm, Keys::make);
    }

    String in(Form form) {
        return switch (form) {
            case PKCS8_RSA, PKCS8_EC, PKCS8_EDDSA -> pem("PRIVATE KEY", pkcs8);
            case PKCS1_RSA -> pem("RSA PRIVATE KEY", inner());
            case SEC1_EC -> pem("EC PRIVATE KEY", withCurve(inner(), curve()));
            case SEC1_EC_WITH_PARAMETERS_APART -> pem("EC PARAMETERS", curve()) + pem("EC PRIVATE KEY", inner());
        };
    }

    /** What PKCS#8 wraps: version, algorithm, then the older form in an octet string. */
    private byte[] inner() {
        int algorithm = content(pkcs8, 0) + 3;
        int octets = end(pkcs8, algorithm);
        return Arrays.copyOfRange(pkcs8, content(pkcs8, octets), end(pkcs8, octets));
    }

    private byte[] curve() {
        int algorithm = content(pkcs8, 0) + 3;
        int curve = end(pkcs8, content(pkcs8, algorithm));
        return Arrays.copyOfRange(pkcs8, curve, end(pkcs8, curve));
    }

    /** Adds [0], as openssl does. All lengths stay below 128 with the curve P-256. */
    private static byte[] withCurve(byte[] sec1, byte[] curve) {
        var out = new ByteArrayOutputStream();
        out.write(sec1[0]);
        out.write(sec1[1] + 2 + curve.length);
        out.write(sec1, 2, sec1.length - 2);
        out.write(0xA0);
        out.write(curve.length);
        out.writeBytes(curve);
        return out.toByteArray();
    }

    private static int content(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int end(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        int length = first < 0x80 ? first : 0;
        for (int i = 0; first > 0x80 && i < first - 0x80; i++) {
            length = length << 8 | der[at + 2 + i] & 0xFF;
        }
        return content(der, at) + length;
    }

    private static Keys make(String algorithm) {
        Path file = Scratch.folder("keys").resolve("all.p12");
        String curve = algorithm.equals("EC") ? " -groupname secp256r1" : "";
        String arguments = "-genkeypair -alias one -dname CN=localhost -ext bc:c -validity 2"
                + " -ext san=dns:localhost,ip:127.0.0.1 -storetype PKCS12"
                + curve
                + " -keyalg "
                + algorithm;
        try {
            var command = new ArrayList<String>();
            command.add(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
            command.addAll(List.of(arguments.split(" ")));
            command.addAll(List.of("-keystore", file.toString(), "-storepass", PASSWORD));
            Process keytool = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(file.resolveSibling("keytool.out").toFile())
                    .start();
            if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new AssertionError("keytool " + arguments);
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, PASSWORD.toCharArray());
            }
            return new Keys(
                    store.getKey("one", PASSWORD.toCharArray()).getEncoded(),
                    pem("CERTIFICATE", store.getCertificate("one").getEncoded()));
        } catch (IOException | GeneralSecurityException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(String label, byte[] der) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, text, label);
    }
}

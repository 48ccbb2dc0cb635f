package migopy.settings;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The blocks of a PEM file: certificates, and a private key in PKCS#8, PKCS#1 (RSA) or SEC1 (EC). */
final class PemFile {
    /** A system's whole CA bundle has about 250 kB. */
    private static final long LARGEST = 4L << 20;

    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s*([^-]*)-----END \\1-----");

    private record Block(String label, byte[] content) {}

    private final List<Block> blocks;

    private PemFile(List<Block> blocks) {
        this.blocks = blocks;
    }

    static PemFile read(Path path) throws PemException {
        try {
            if (Files.size(path) > LARGEST) {
                throw new PemException("is larger than 4 MB");
            }
            // Latin-1 reads any bytes; what is not base64 between the markers is found below.
            return parse(Files.readString(path, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            throw new PemException("does not exist");
        } catch (IOException e) {
            throw new PemException("cannot be read: " + e.getClass().getSimpleName());
        }
    }

    static PemFile parse(String text) throws PemException {
        List<Block> blocks = new ArrayList<>();
        for (MatchResult found : BLOCK.matcher(text).results().toList()) {
            String label = found.group(1);
            if (label.equals("ENCRYPTED PRIVATE KEY") || found.group(2).contains("ENCRYPTED")) {
                throw new PemException(
                        "contains an encrypted key; decrypt it with: openssl pkey -in FILE -out DECRYPTED");
            }
            try {
                blocks.add(new Block(label, Base64.getMimeDecoder().decode(found.group(2))));
            } catch (IllegalArgumentException e) {
                throw new PemException("is damaged in a block " + label);
            }
        }
        return new PemFile(blocks);
    }

    /** Returns all certificates, at least one. */
    List<X509Certificate> certificates() throws PemException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label.equals("CERTIFICATE") || block.label.equals("TRUSTED CERTIFICATE")) {
                certificates.add(certificate(block.content));
            }
        }
        if (certificates.isEmpty()) {
            throw new PemException("contains no certificate");
        }
        return certificates;
    }

    /** Returns the first private key. */
    PrivateKey privateKey() throws PemException {
        for (Block block : blocks) {
            switch (block.label) {
                case "PRIVATE KEY":
                    return key(block.content);
                case "RSA PRIVATE KEY":
                    return key(Der.pkcs8OfRsa(block.content));
                case "EC PRIVATE KEY":
                    return key(Der.pkcs8OfEc(block.content, content("EC PARAMETERS")));
                default:
                    break;
            }
        }
        throw new PemException("contains no private key");
    }

    /**
     * Returns the certificate that belongs to the key, then its issuers, as far as they are in the
     * file.
     */
    List<X509Certificate> chainOf(PrivateKey key) throws PemException {
        List<X509Certificate> rest = new ArrayList<>(certificates());
        List<X509Certificate> chain = new ArrayList<>();
        X509Certificate next = null;
        for (X509Certificate each : rest) {
            if (next == null && belongTogether(key, each)) {
                next = each;
            }
        }
        if (next == null) {
            throw new PemException("contains no certificate that belongs to its key");
        }
        while (next != null) {
            chain.add(next);
            rest.remove(next);
            X509Certificate last = next;
            next = rest.stream().filter(each -> issued(each, last)).findFirst().orElse(null);
        }
        return chain;
    }

    private static boolean issued(X509Certificate issuer, X509Certificate certificate) {
        return issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private static boolean belongTogether(PrivateKey key, X509Certificate certificate) {
        try {
            String algorithm = switch (key.getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> key.getAlgorithm();
            };
            byte[] text = "test".getBytes(StandardCharsets.US_ASCII);
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            byte[] signature = signing.sign();
            signing.initVerify(certificate.getPublicKey());
            signing.update(text);
            return signing.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // A certificate for another kind of key.
        }
    }

    private byte[] content(String label) {
        return blocks.stream()
                .filter(block -> block.label.equals(label))
                .map(Block::content)
                .findFirst()
                .orElse(null);
    }

    private static X509Certificate certificate(byte[] der) throws PemException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new PemException("contains a damaged certificate");
        }
    }

    private static PrivateKey key(byte[] pkcs8) throws PemException {
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                continue; // PKCS#8 names its algorithm inside; trying each factory is simpler than reading it.
            }
        }
        throw new PemException("contains a key that is neither RSA nor EC nor EdDSA, or is damaged");
    }

    /** The file cannot be used; the message follows the file's name: {@code contains no certificate}. */
    static final class PemException extends Exception {
        private static final long serialVersionUID = 1L;

        PemException(String message) {
            super(message);
        }
    }

    /**
     * Just enough DER to wrap the two older formats of a private key in PKCS#8, the only one that Java
     * reads.
     */
    private static final class Der {
        private static final int SEQUENCE = 0x30;
        private static final int OCTETS = 0x04;
        private static final int CURVE = 0xA0; // ECPrivateKey's [0], RFC 5915

        private static final byte[] VERSION_0 = {2, 1, 0};
        // AlgorithmIdentifier of rsaEncryption, 1.2.840.113549.1.1.1, with NULL
        private static final byte[] RSA = {
            0x30, 13, 6, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1, 5, 0
        };
        // Object identifier of ecPublicKey, 1.2.840.10045.2.1
        private static final byte[] EC = {6, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1};

        private Der() {}

        /** Converts an RSAPrivateKey (PKCS#1) to a PrivateKeyInfo (PKCS#8). */
        static byte[] pkcs8OfRsa(byte[] pkcs1) {
            return element(SEQUENCE, VERSION_0, RSA, element(OCTETS, pkcs1));
        }

        /**
         * Converts an ECPrivateKey (SEC1) to a PrivateKeyInfo (PKCS#8).
         *
         * @param parameters the curve from a separate block, for a key that does not name it; or null
         */
        static byte[] pkcs8OfEc(byte[] sec1, byte[] parameters) throws PemException {
            byte[] curve = curveOf(sec1);
            if (curve == null) {
                curve = parameters;
            }
            if (curve == null) {
                throw new PemException("contains an EC key that does not name its curve");
            }
            byte[] algorithm = element(SEQUENCE, EC, curve);
            return element(SEQUENCE, VERSION_0, algorithm, element(OCTETS, sec1));
        }

        private static byte[] curveOf(byte[] sec1) throws PemException {
            try {
                int at = contentAt(sec1, 0);
                while (at < sec1.length) {
                    int content = contentAt(sec1, at);
                    int end = content + lengthAt(sec1, at + 1);
                    if ((sec1[at] & 0xFF) == CURVE) {
                        return Arrays.copyOfRange(sec1, content, end);
                    }
                    if (end <= at) {
                        throw new PemException("contains a damaged EC key");
                    }
                    at = end;
                }
                return null;
            } catch (IndexOutOfBoundsException e) {
                throw new PemException("contains a damaged EC key");
            }
        }

        private static int contentAt(byte[] der, int tag) {
            int first = der[tag + 1] & 0xFF;
            return tag + 2 + (first < 0x80 ? 0 : first - 0x80);
        }

        private static int lengthAt(byte[] der, int at) {
            int first = der[at] & 0xFF;
            if (first < 0x80) {
                return first;
            }
            int length = 0;
            for (int i = 1; i <= first - 0x80; i++) {
                length = length << 8 | der[at + i] & 0xFF;
            }
            return length;
        }

        private static byte[] element(int tag, byte[]... parts) {
            int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
            ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
            out.write(tag);
            if (length < 0x80) {
                out.write(length);
            } else {
                int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
                out.write(0x80 | bytes);
                for (int i = bytes - 1; i >= 0; i--) {
                    out.write(length >> 8 * i);
                }
            }
            for (byte[] part : parts) {
                out.writeBytes(part);
            }
            return out.toByteArray();
        }
    }
}

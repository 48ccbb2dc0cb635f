package migopy.settings;

import java.io.ByteArrayInputStream;
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
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The blocks of a PEM file: certificates, and a private key as PKCS#8, PKCS#1 (RSA) or SEC1 (EC).
 */
final class PemFile {
    /** A system's whole bundle of authorities has about 250 kB. */
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
            // Latin-1 reads any bytes; what is not base64 between the markers is found out below.
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
                throw new PemException("holds an encrypted key; decrypt it with: openssl pkey");
            }
            try {
                blocks.add(new Block(label, Base64.getMimeDecoder().decode(found.group(2))));
            } catch (IllegalArgumentException e) {
                throw new PemException("is damaged in a block " + label);
            }
        }
        return new PemFile(blocks);
    }

    /** All certificates, at least one. */
    List<X509Certificate> certificates() throws PemException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label.equals("CERTIFICATE") || block.label.equals("TRUSTED CERTIFICATE")) {
                certificates.add(certificate(block.content));
            }
        }
        if (certificates.isEmpty()) {
            throw new PemException("holds no certificate");
        }
        return certificates;
    }

    /** The one private key. */
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
        throw new PemException("holds no private key");
    }

    /**
     * The certificate that belongs to the key, then those that issued it, as far as they are in the
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
            throw new PemException("holds no certificate that belongs to its key");
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
            byte[] text = "who are you".getBytes(StandardCharsets.US_ASCII);
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            byte[] signature = signing.sign();
            signing.initVerify(certificate.getPublicKey());
            signing.update(text);
            return signing.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // Another kind of key: not this one's certificate.
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
            throw new PemException("holds a damaged certificate");
        }
    }

    private static PrivateKey key(byte[] pkcs8) throws PemException {
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                continue; // PKCS#8 names its algorithm inside; asking each factory is simpler than
                // reading it.
            }
        }
        throw new PemException("holds a key that is neither RSA nor EC nor EdDSA, or is damaged");
    }
}

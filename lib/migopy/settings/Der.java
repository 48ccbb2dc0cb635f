package migopy.settings;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Just enough DER to wrap the two older forms of a private key into PKCS#8, the only one that Java
 * reads.
 */
final class Der {
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

    /** RSAPrivateKey (PKCS#1) as PrivateKeyInfo (PKCS#8). */
    static byte[] pkcs8OfRsa(byte[] pkcs1) {
        return element(SEQUENCE, VERSION_0, RSA, element(OCTETS, pkcs1));
    }

    /**
     * ECPrivateKey (SEC1) as PrivateKeyInfo (PKCS#8).
     *
     * @param parameters the curve, from a block of its own; used if the key does not name it; may
     *     be null
     */
    static byte[] pkcs8OfEc(byte[] sec1, byte[] parameters) throws PemException {
        byte[] curve = curveOf(sec1);
        if (curve == null) {
            curve = parameters;
        }
        if (curve == null) {
            throw new PemException("holds an EC key that does not name its curve");
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
                    throw new PemException("holds a damaged EC key");
                }
                at = end;
            }
            return null;
        } catch (IndexOutOfBoundsException e) {
            throw new PemException("holds a damaged EC key");
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

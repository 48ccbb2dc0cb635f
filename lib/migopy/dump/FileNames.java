package migopy.dump;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The name of a collection's files, as mongodump writes it: form-encoded, and cut where it is too
 * long.
 */
final class FileNames {
    static final String DATA = ".bson";
    static final String METADATA = ".metadata.json";
    static final String GZIP = ".gz";

    /**
     * With {@code .metadata.json.gz} after it, a name of this length is 255 bytes: the most a file
     * system takes.
     */
    private static final int LONGEST = 238;

    /** What is kept of a longer one; three bytes {@code %24} and 27 of the hash follow. */
    private static final int KEPT = 208;

    private static final String UNRESERVED = "-_.~";
    private static final String CUT = "%24";

    private FileNames() {}

    /** The file name, without an extension, of the collection {@code name}. */
    static String encode(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        String escaped = escape(bytes);
        if (escaped.length() <= LONGEST) {
            return escaped;
        }
        String hash = Base64.getUrlEncoder().withoutPadding().encodeToString(sha1(bytes));
        return escaped.substring(0, KEPT) + CUT + hash;
    }

    /** Whether the file name was cut, so that the collection's name stands in its metadata only. */
    static boolean isCut(String fileName) {
        return fileName.length() == LONGEST && fileName.startsWith(CUT, KEPT);
    }

    /** The collection's name, or null if the file name is not form-encoded. */
    static String decode(String fileName) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(fileName.length());
        byte[] encoded = fileName.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] == '+') {
                bytes.write(' ');
            } else if (encoded[i] == '%') {
                int high = i + 1 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
                int low = i + 2 < encoded.length ? Character.digit(encoded[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    return null;
                }
                bytes.write(high * 16 + low);
                i += 2;
            } else {
                bytes.write(encoded[i]);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String escape(byte[] bytes) {
        StringBuilder escaped = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            char c = (char) (b & 0xff);
            if (c < 128 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
                escaped.append(c);
            } else if (c == ' ') {
                escaped.append('+');
            } else {
                escaped.append("%%%02X".formatted((int) c));
            }
        }
        return escaped.toString();
    }

    private static byte[] sha1(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}

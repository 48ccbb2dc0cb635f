package migopy.files;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of texts, as the journal writes it. */
final class Checksum {
    /** What each checksum begins with. */
    static final String PREFIX = "sha256:";

    private Checksum() {}

    /**
     * The checksum of a source. Works on bytes: what it leaves out (blanks, tabs, line ends) is one
     * byte in UTF-8 and never part of another character.
     */
    static String of(byte[] source) {
        int start = hasMark(source) ? 3 : 0;
        byte[] kept = new byte[source.length - start];
        int length = 0;
        // The end of the line so far without the blanks after it, and of the text without its last
        // line breaks.
        int lineEnd = 0;
        int textEnd = 0;
        for (int i = start; i < source.length; i++) {
            byte c = source[i];
            if (c == '\r') {
                if (i + 1 < source.length && source[i + 1] == '\n') {
                    i++;
                }
                c = '\n';
            }
            if (c == '\n') {
                length = lineEnd;
                kept[length++] = c;
                lineEnd = length;
            } else {
                kept[length++] = c;
                if (c != ' ' && c != '\t') {
                    lineEnd = length;
                    textEnd = length;
                }
            }
        }
        MessageDigest digest = sha256();
        digest.update(kept, 0, textEnd);
        return PREFIX + HexFormat.of().formatHex(digest.digest());
    }

    private static boolean hasMark(byte[] source) {
        return source.length >= 3 && source[0] == (byte) 0xef && source[1] == (byte) 0xbb && source[2] == (byte) 0xbf;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}

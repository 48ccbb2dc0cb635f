package migopy.dump;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The names of a collection's files, as mongodump writes them: form-encoded, and cut if too long. */
final class FileNames {
    static final String DATA = ".bson";
    static final String METADATA = ".metadata.json";
    static final String GZIP = ".gz";

    /** With {@code .metadata.json.gz}, a name of this length has 255 bytes, the limit of file systems. */
    private static final int LONGEST = 238;

    /** How many characters of a longer name are kept; {@code %24} and 27 characters of a hash follow. */
    private static final int KEPT = 208;

    private static final String CUT = "%24";

    private FileNames() {}

    /** Returns the file name, without an extension, of the collection {@code name}. */
    static String encode(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        // The JDK's encoder escapes ~ and leaves * alone; mongodump's does the opposite.
        String escaped = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("%7E", "~")
                .replace("*", "%2A");
        if (escaped.length() <= LONGEST) {
            return escaped;
        }
        String hash = Base64.getUrlEncoder().withoutPadding().encodeToString(sha1(bytes));
        return escaped.substring(0, KEPT) + CUT + hash;
    }

    /** Whether the file name was cut, so that only the metadata contains the collection's name. */
    static boolean isCut(String fileName) {
        return fileName.length() == LONGEST && fileName.startsWith(CUT, KEPT);
    }

    /** Returns the collection's name, or null if the file name is not form-encoded. */
    static String decode(String fileName) {
        try {
            return URLDecoder.decode(fileName, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static byte[] sha1(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /**
     * One of the two files of a collection, recognized by its name.
     *
     * @param stem the file's name without its extensions
     */
    record DumpedFile(Path path, FileKind kind, String stem) {
        enum FileKind {
            DATA(FileNames.DATA),
            METADATA(FileNames.METADATA);

            private final String extension;

            FileKind(String extension) {
                this.extension = extension;
            }
        }

        /** Returns the kind of file with this name, or null if it is not a collection's. */
        static FileKind kind(String fileName) {
            String name = withoutGzip(fileName);
            for (FileKind kind : FileKind.values()) {
                if (name.endsWith(kind.extension) && name.length() > kind.extension.length()) {
                    return kind;
                }
            }
            return null;
        }

        /** Returns the file, or null if it is not a collection's. */
        static DumpedFile of(Path path) {
            String name = path.getFileName().toString();
            FileKind kind = kind(name);
            if (kind == null) {
                return null;
            }
            String plain = withoutGzip(name);
            return new DumpedFile(path, kind, plain.substring(0, plain.length() - kind.extension.length()));
        }

        private static String withoutGzip(String name) {
            return name.endsWith(FileNames.GZIP) ? name.substring(0, name.length() - FileNames.GZIP.length()) : name;
        }
    }
}

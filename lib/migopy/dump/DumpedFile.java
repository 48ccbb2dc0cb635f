package migopy.dump;

import java.nio.file.Path;

/**
 * One of the two files of a collection, told by its name.
 *
 * @param stem the file's name without its extensions
 */
record DumpedFile(Path path, Kind kind, String stem) {
    enum Kind {
        DATA(FileNames.DATA),
        METADATA(FileNames.METADATA);

        private final String extension;

        Kind(String extension) {
            this.extension = extension;
        }
    }

    /** What kind of file has this name, or null if it is no collection's. */
    static Kind kind(String fileName) {
        String name = withoutGzip(fileName);
        for (Kind kind : Kind.values()) {
            if (name.endsWith(kind.extension) && name.length() > kind.extension.length()) {
                return kind;
            }
        }
        return null;
    }

    /** The file, or null if it is no collection's. */
    static DumpedFile of(Path path) {
        String name = path.getFileName().toString();
        Kind kind = kind(name);
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

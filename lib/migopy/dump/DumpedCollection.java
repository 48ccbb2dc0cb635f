package migopy.dump;

import java.nio.file.Path;
import migopy.MigopyException;

/**
 * A collection as it lies in a folder.
 *
 * @param metadataFile null if there is none
 * @param dataFile null if there is none, as with a view
 */
record DumpedCollection(String name, Metadata metadata, Path metadataFile, Path dataFile) {
    String type() {
        return metadata.type() == null ? CollectionInfo.COLLECTION : metadata.type();
    }

    boolean isView() {
        return type().equals(CollectionInfo.VIEW);
    }

    boolean isTimeSeries() {
        return type().equals(CollectionInfo.TIME_SERIES);
    }

    boolean hasValidator() {
        return metadata.options().containsKey("validator");
    }

    /** The collection that its documents go into. */
    String dataName(String name) {
        return isTimeSeries() ? CollectionInfo.BUCKETS + name : name;
    }

    /** A file that cannot be what it should be. */
    static MigopyException unreadable(Path path, String why, Exception cause) {
        return Failures.restore(
                "%s cannot be read: %s".formatted(path, why),
                "Nothing was changed. Restore another dump, or the other collections with" + " --collection.",
                cause);
    }
}

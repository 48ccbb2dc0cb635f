package migopy.run;

import java.nio.file.Path;
import java.util.Map;
import migopy.files.ChecksumCache;
import migopy.files.MigrationDirectory;
import migopy.files.MigrationDirectory.Listing;
import migopy.plan.Overview;
import migopy.settings.Settings;

/**
 * The migrations' directory as it is now; needs no database.
 *
 * @param directory as it was set, seen from the project's folder
 * @param checksums of the files, by name
 */
public record Survey(String directory, Listing listing, Map<String, String> checksums) {
    /**
     * Lists the directory and reads what has changed in it.
     *
     * @throws migopy.MigopyException usage, if it is missing or cannot be read
     */
    public static Survey of(Settings settings) {
        Path directory = settings.migrationsDirectory();
        Listing listing = new MigrationDirectory(directory, settings.migrationsFilePattern()).scan();
        Map<String, String> checksums = new ChecksumCache(settings.cacheDirectory()).of(listing);
        Path shown = directory.startsWith(settings.home()) ? settings.home().relativize(directory) : directory;
        return new Survey(shown.toString(), listing, checksums);
    }

    /** Held against what the journal says. */
    public Overview with(JournalView view) {
        return Overview.of(listing, checksums, view.entries(), view.liveRuns());
    }
}

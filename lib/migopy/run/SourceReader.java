package migopy.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import migopy.MigopyException;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.settings.Settings;

/**
 * Reads the migrations' sources. Which of them are to be run the journal says, but while the
 * connection to it is being made there is time: the newest are read then, which they mostly are.
 */
final class SourceReader implements AutoCloseable {
    /** Seldom are more of them pending, and what is read in vain takes the driver's time. */
    private static final int AHEAD_LIMIT = 10;

    private final Path directory;
    private final SourceCompiler compiler;
    private final Map<MigrationFile, MigrationSource> ahead = new IdentityHashMap<>();

    SourceReader(Settings settings) {
        this.directory = settings.migrationsDirectory();
        this.compiler = new SourceCompiler(settings.home(), settings.cacheDirectory(), System.getenv());
    }

    /** Where a text that only the journal has would lie: relative names in it start from there. */
    MigrationFile place(long number, String name) {
        return new MigrationFile(number, name, directory.resolve(name + MigrationFile.SUFFIX));
    }

    /** What makes classes of them. */
    SourceCompiler compiler() {
        return compiler;
    }

    /**
     * Reads and loads files, the last first, until there is something else to do.
     *
     * @param files as they were listed
     */
    void readAhead(List<MigrationFile> files, BooleanSupplier enough) {
        int least = Math.max(0, files.size() - AHEAD_LIMIT);
        for (int i = files.size() - 1; i >= least && !enough.getAsBoolean(); i--) {
            try {
                MigrationSource source = MigrationSource.read(files.get(i));
                compiler.loadAhead(source);
                ahead.put(files.get(i), source);
            } catch (MigopyException e) {
                continue; // whoever is to run it says what is wrong with it
            }
        }
    }

    /**
     * The sources of files as they are now, since a run may have waited for the lock; what cannot
     * be read is a problem. For what is still the same the loaded one is given.
     */
    MigrationSource.Sources readAll(List<MigrationFile> files) {
        MigrationSource.Sources read = MigrationSource.readAll(files);
        List<MigrationSource> sources = new ArrayList<>(read.sources());
        sources.replaceAll(this::loadedIfTheSame);
        return new MigrationSource.Sources(sources, read.problems());
    }

    private MigrationSource loadedIfTheSame(MigrationSource now) {
        MigrationSource before = ahead.get(now.file());
        return before != null && before.text().equals(now.text()) ? before : now;
    }

    @Override
    public void close() {
        compiler.close();
    }
}

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
 * Reads the sources of migrations. The journal decides which of them are run. While the connection is being made, the
 * newest are read ahead, since mostly these are the pending ones.
 */
final class SourceReader implements AutoCloseable {
    /** More are seldom pending, and a file that is read in vain takes time from the driver. */
    private static final int AHEAD_LIMIT = 10;

    private final Path directory;
    private final SourceCompiler compiler;
    private final Map<MigrationFile, MigrationSource> ahead = new IdentityHashMap<>();

    SourceReader(Settings settings) {
        this.directory = settings.migrationsDirectory();
        this.compiler = new SourceCompiler(settings.home(), settings.cacheDirectory(), System.getenv());
    }

    /** Returns the file that a text in the journal would have: relative names in it are resolved against its folder. */
    MigrationFile place(long number, String name) {
        return new MigrationFile(number, name, directory.resolve(name + MigrationFile.SUFFIX));
    }

    /** Returns the compiler of the sources. */
    SourceCompiler compiler() {
        return compiler;
    }

    /**
     * Reads and loads files, the last first.
     *
     * @param files as they were listed
     * @param enough whether to stop, as there is something else to do
     */
    void readAhead(List<MigrationFile> files, BooleanSupplier enough) {
        int least = Math.max(0, files.size() - AHEAD_LIMIT);
        for (int i = files.size() - 1; i >= least && !enough.getAsBoolean(); i--) {
            try {
                MigrationSource source = MigrationSource.read(files.get(i));
                compiler.loadAhead(source);
                ahead.put(files.get(i), source);
            } catch (MigopyException e) {
                continue; // reported when it is to be run
            }
        }
    }

    /**
     * Returns the sources of files as they are now, since a run may have waited for the lock. A file that cannot be read is
     * a problem. For an unchanged file, the source that was loaded ahead is returned.
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

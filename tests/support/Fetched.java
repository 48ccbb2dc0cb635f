package support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a run of all tests has to fetch on this machine, for its first line of output. */
public final class Fetched {
    private Fetched() {}

    /** Returns the folder that keeps what was fetched, as get-mongod.sh determines it too. */
    public static Path folder() {
        String cache = System.getenv("MIGOPY_TEST_CACHE");
        String caches = System.getenv("XDG_CACHE_HOME");
        return cache != null
                ? Path.of(cache)
                : (caches == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(caches))
                        .resolve("migopy-tests");
    }

    /** Returns {@code nothing}, or a text such as {@code mongod 6.0.27 (about 60 MB)}. */
    public static String missing() {
        Path folder = folder();
        List<String> missing = new ArrayList<>();
        for (String version : List.of("6.0.5", "6.0.27", "5.0.4")) {
            if (!Files.exists(folder.resolve("mongod-" + version).resolve("lib/mongod"))) {
                missing.add("mongod " + version);
            }
        }
        return missing.isEmpty()
                ? "nothing more: every mongod is in " + folder
                : String.join(", ", missing)
                        + " into "
                        + folder
                        + " (up to 140 MB each), unless Docker or an installed mongod serves";
    }
}

package migopy.files;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The text of each migration that was compiled last, by its checksum: shows which files were edited since. */
public final class CompiledTexts {
    /** Older ones are dropped. */
    static final int ENTRY_LIMIT = 1_000;

    private static final String FILE = "compiled";

    private final CacheFolder folder;

    public CompiledTexts(Path cacheDirectory) {
        this.folder = new CacheFolder(cacheDirectory);
    }

    /** Returns the checksums by the migrations' names; empty if nothing was compiled, or the cache is gone. */
    public Map<String, String> checksums() {
        Map<String, String> checksums = new LinkedHashMap<>();
        ByteBuffer in = folder.read(FILE).orElse(null);
        if (in == null) {
            return checksums;
        }
        String all = new String(in.array(), in.arrayOffset(), in.limit(), StandardCharsets.UTF_8);
        for (int from = 0, end = all.indexOf('\n'); end >= 0; from = end + 1, end = all.indexOf('\n', from)) {
            int blank = all.indexOf(' ', from);
            if (blank > 0 && blank < end) {
                checksums.put(all.substring(blank + 1, end), all.substring(from, blank));
            }
        }
        return checksums;
    }

    /** Records that these texts were compiled, unless it is recorded already. */
    void add(List<MigrationSource> sources) {
        Map<String, String> known = checksums();
        boolean changed = false;
        for (MigrationSource source : sources) {
            String name = source.file().name();
            if (name.indexOf('\n') < 0 && !source.checksum().equals(known.get(name))) {
                known.remove(name); // to be the last one
                known.put(name, source.checksum());
                changed = true;
            }
        }
        if (!changed) {
            return;
        }
        StringBuilder lines = new StringBuilder();
        int skipped = Math.max(0, known.size() - ENTRY_LIMIT);
        for (Map.Entry<String, String> each : known.entrySet()) {
            if (skipped-- <= 0) {
                lines.append(each.getValue()).append(' ').append(each.getKey()).append('\n');
            }
        }
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        folder.write(FILE, bytes, bytes.length);
    }
}

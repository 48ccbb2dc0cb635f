package migopy.files;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import migopy.files.MigrationDirectory.Listing;

/**
 * The checksums of many files without reading them: a computed one is valid as long as the file's
 * stamp is the same.
 *
 * <p>A file that was changed shortly before it was read is not cached: a second change within the same
 * tick of the disk's clock would leave its stamp as it is. Git calls such an entry racily clean.
 */
public final class ChecksumCache {
    /** A file changed more recently is not cached. FAT has the coarsest time stamps, in steps of 2 s. */
    static final Duration SETTLED = Duration.ofSeconds(3);

    /** More entries are dropped, oldest first. */
    static final int ENTRY_LIMIT = 200_000;

    private static final String FILE = "checksums";
    private static final int FORMAT = 0x4d435331;
    private static final int CHECKSUM_LENGTH = MigrationSource.CHECKSUM_PREFIX.length() + 64;

    private record StampedChecksum(FileStamp stamp, String checksum) {}

    private final CacheFolder folder;
    private final Clock clock;

    public ChecksumCache(Path cacheDirectory) {
        this(cacheDirectory, Clock.systemUTC());
    }

    /** With a clock that decides whether a change is recent. */
    public ChecksumCache(Path cacheDirectory, Clock clock) {
        this.folder = new CacheFolder(cacheDirectory);
        this.clock = clock;
    }

    /**
     * Returns the checksum of each file, by name, without files that are missing, unreadable, not
     * UTF-8 or longer than {@link MigrationSource#LIMIT}.
     */
    public Map<String, String> of(List<MigrationFile> files) {
        return of(files, Map.of(), false);
    }

    /** Returns the checksum of each listed file, by name; uses the stamps of the listing. */
    public Map<String, String> of(Listing listing) {
        return of(listing.files(), listing.stamps(), true);
    }

    private Map<String, String> of(List<MigrationFile> files, Map<String, FileStamp> stamps, boolean all) {
        // Taken before anything is read, see settled().
        long now = clock.millis();
        Map<String, StampedChecksum> known = load();
        Map<String, StampedChecksum> learned = new HashMap<>();
        Map<String, String> checksums = new HashMap<>(capacity(files.size()));
        for (MigrationFile file : files) {
            FileStamp stamp = stamp(file, stamps);
            StampedChecksum entry = stamp == null ? null : known.get(file.name());
            String checksum;
            if (entry != null && entry.stamp().sameAs(stamp)) {
                checksum = entry.checksum();
            } else {
                checksum = compute(file);
                if (stamp != null && checksum != null && settled(stamp, now)) {
                    learned.put(file.name(), new StampedChecksum(stamp, checksum));
                }
            }
            if (checksum != null) {
                checksums.put(file.name(), checksum);
            }
        }
        if (!learned.isEmpty()) {
            store(merged(files, known, learned, all));
        }
        return checksums;
    }

    /** Returns the entries to store: the best known ones of these files, and of all others unless these are all. */
    private static Map<String, StampedChecksum> merged(
            List<MigrationFile> files,
            Map<String, StampedChecksum> known,
            Map<String, StampedChecksum> learned,
            boolean all) {
        Map<String, StampedChecksum> merged = new LinkedHashMap<>(capacity(known.size() + learned.size()));
        if (!all) {
            merged.putAll(known);
        }
        for (MigrationFile file : files) {
            StampedChecksum entry = learned.getOrDefault(file.name(), known.get(file.name()));
            if (entry != null) {
                merged.put(file.name(), entry);
            }
        }
        return merged;
    }

    private static int capacity(int entries) {
        return entries * 4 / 3 + 1;
    }

    private static FileStamp stamp(MigrationFile file, Map<String, FileStamp> stamps) {
        FileStamp stamp = stamps.get(file.name());
        if (stamp != null) {
            return stamp;
        }
        try {
            return FileStamp.ofTarget(file.path());
        } catch (IOException e) {
            return null;
        }
    }

    /** Whether a change after {@code now} would change the stamp. */
    private static boolean settled(FileStamp stamp, long now) {
        long last = stamp.inode() == 0 ? stamp.modified() : stamp.changed();
        return now - last / 1_000_000 > SETTLED.toMillis();
    }

    private static String compute(MigrationFile file) {
        try {
            byte[] bytes = MigrationSource.bytes(file);
            if (bytes.length > MigrationSource.LIMIT || MigrationSource.decoded(bytes) == null) {
                return null;
            }
            return MigrationSource.checksum(bytes);
        } catch (IOException e) {
            return null;
        }
    }

    private Map<String, StampedChecksum> load() {
        ByteBuffer in = folder.read(FILE).orElse(null);
        if (in == null) {
            return Map.of();
        }
        try {
            if (in.getInt() != FORMAT) {
                return Map.of();
            }
            int count = Math.min(in.getInt(), ENTRY_LIMIT);
            Map<String, StampedChecksum> entries = new LinkedHashMap<>(capacity(count));
            for (int i = 0; i < count; i++) {
                String name = text(in, in.getShort(), StandardCharsets.UTF_8);
                FileStamp stamp =
                        new FileStamp(FileStamp.FileType.FILE, in.getLong(), in.getLong(), in.getLong(), in.getLong());
                String checksum = text(in, CHECKSUM_LENGTH, StandardCharsets.ISO_8859_1);
                entries.put(name, new StampedChecksum(stamp, checksum));
            }
            return entries;
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            return Map.of(); // written by another version
        }
    }

    private static String text(ByteBuffer in, int length, Charset charset) {
        String text = new String(in.array(), in.arrayOffset() + in.position(), length, charset);
        in.position(in.position() + length);
        return text;
    }

    private void store(Map<String, StampedChecksum> entries) {
        int skipped = Math.max(0, entries.size() - ENTRY_LIMIT);
        int bytesAnEntry = 2 + 4 * Long.BYTES + CHECKSUM_LENGTH + 40;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(entries.size() * bytesAnEntry);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            out.writeInt(entries.size() - skipped);
            for (Map.Entry<String, StampedChecksum> named : entries.entrySet()) {
                if (skipped-- > 0) {
                    continue;
                }
                byte[] name = named.getKey().getBytes(StandardCharsets.UTF_8);
                FileStamp stamp = named.getValue().stamp();
                out.writeShort(name.length);
                out.write(name);
                out.writeLong(stamp.size());
                out.writeLong(stamp.modified());
                out.writeLong(stamp.changed());
                out.writeLong(stamp.inode());
                out.writeBytes(named.getValue().checksum());
            }
        } catch (IOException e) {
            throw new IllegalStateException("Writing into memory does not fail", e);
        }
        byte[] all = bytes.toByteArray();
        folder.write(FILE, all, all.length);
    }
}

package migopy.command;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import migopy.dump.DumpAnswer;
import migopy.console.Event;
import migopy.console.Wording;
import migopy.dump.ArchiveWriter;
import migopy.dump.Dump;
import migopy.dump.DumpFolder;
import migopy.dump.Dump.DumpRequest;
import migopy.journal.Actor;
import migopy.settings.Settings;

/**
 * The dump of one session. {@code doDump()} has no parameters, so what is wanted is left here
 * before it is called, and what came of it is found here afterwards.
 */
public final class Dumps {
    /**
     * What {@code dbdump} or a run wants of a dump.
     *
     * @param collections their names; empty: all
     * @param mustExist whether a name that the database does not have is refused
     * @param gzip whether each file is packed
     * @param query a filter as Extended JSON, or null
     * @param requireSnapshot whether the dump fails where it cannot show one point in time
     * @param archive the file that the dump is packed into afterwards, or null
     * @param told whether its answer is the command's; otherwise a notice says where the dump lies
     */
    record Wishes(
            Set<String> collections,
            boolean mustExist,
            boolean gzip,
            String query,
            boolean requireSnapshot,
            Path archive,
            boolean told) {
        /** The whole database, or those of the collections that it has. */
        static Wishes before(Set<String> collections) {
            return new Wishes(collections, false, false, null, false, null, false);
        }

        /** Whether an overridden {@code doDump()} passes over one of them. */
        boolean areOptions() {
            return !collections.isEmpty() || gzip || query != null || requireSnapshot || archive != null;
        }
    }

    private final Session session;
    private Wishes wishes = Wishes.before(Set.of());
    private Path folder;
    private DumpAnswer answer;

    Dumps(Session session) {
        this.session = session;
    }

    /** Where this session's dump goes; the same however often it is asked. */
    public synchronized Path folder() {
        if (folder == null) {
            Settings settings = session.settings();
            folder = DumpFolder.next(settings.dumpDirectory(), settings.database(), Instant.now());
        }
        return folder;
    }

    /** Before a run: only these collections, or all if there are none. */
    public void only(Set<String> collections) {
        if (!wishes.told()) {
            wishes = Wishes.before(collections);
        }
    }

    void want(Wishes wanted) {
        wishes = wanted;
    }

    /** The built-in dump: what {@code doDump()} does unless it is overridden. */
    public void run() {
        Settings settings = session.settings();
        answer = Dump.run(
                new DumpRequest(
                        session.connection().client(),
                        settings.database(),
                        folder(),
                        wishes.collections(),
                        wishes.mustExist(),
                        wishes.gzip() && wishes.archive() == null,
                        wishes.query(),
                        wishes.requireSnapshot(),
                        session.runId(),
                        "migopy " + Actor.VERSION,
                        lockCollection(settings)),
                session.console()::event);
        if (wishes.archive() != null) {
            ArchiveWriter.pack(folder(), wishes.archive(), wishes.gzip());
            answer = answer.in(wishes.archive().toString());
        }
        if (!wishes.told()) {
            session.console()
                    .event(new Event.Notice("Dumped %s into %s"
                            .formatted(Wording.count(answer.documents(), "document"), answer.folder())));
        }
    }

    /** What the built-in dump wrote; null if it was not called. */
    DumpAnswer answer() {
        return answer;
    }

    /** CONTRACT, section 4. */
    static String lockCollection(Settings settings) {
        return settings.migrationsCollection() + "_lock";
    }
}

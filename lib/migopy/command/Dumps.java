package migopy.command;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import migopy.console.Event;
import migopy.console.Wording;
import migopy.dump.ArchiveWriter;
import migopy.dump.Dump;
import migopy.dump.Dump.DumpOptions;
import migopy.dump.Dump.DumpRequest;
import migopy.dump.DumpAnswer;
import migopy.dump.DumpFolder;
import migopy.journal.Actor;
import migopy.run.Ledger;
import migopy.settings.Settings;

/**
 * The dump of one session. {@code doDump()} has no parameters, so the options are set here before it is called, and the
 * result is found here afterwards.
 */
public final class Dumps {
    private final Session session;
    private DumpOptions options = DumpOptions.of(Set.of());

    private Archive archive;

    /** Whether the command is {@code dbdump}, whose answer the dump is. */
    private boolean isCommand;

    private Path folder;
    private DumpAnswer answer;

    /** The file that the folder is packed into. */
    record Archive(Path file, boolean gzip) {}

    Dumps(Session session) {
        this.session = session;
    }

    /** Returns the folder of this session's dump, which is the same at each call. */
    public synchronized Path folder() {
        if (folder == null) {
            Settings settings = session.settings();
            folder = DumpFolder.next(settings.dumpDirectory(), settings.database(), Instant.now());
        }
        return folder;
    }

    /** Before a run: dumps only these collections; none: all. */
    public void only(Set<String> collections) {
        if (!isCommand) {
            options = DumpOptions.of(collections);
        }
    }

    /**
     * The options of {@code dbdump}.
     *
     * @param file null: the dump stays a folder
     */
    void set(DumpOptions given, Archive file) {
        options = given;
        archive = file;
        isCommand = true;
    }

    /** The built-in dump: what {@code doDump()} does unless it is overridden. */
    public void run() {
        Settings settings = session.settings();
        answer = Dump.run(
                new DumpRequest(
                        session.connection().client(),
                        settings.database(),
                        folder(),
                        options,
                        session.runId(),
                        "migopy " + Actor.VERSION,
                        Ledger.lockCollection(settings)),
                session.console()::event);
        if (archive != null) {
            ArchiveWriter.pack(folder(), archive.file(), archive.gzip());
            answer = answer.in(archive.file().toString());
        }
        if (!isCommand) {
            session.console()
                    .event(new Event.Notice("Dumped %s into %s"
                            .formatted(Wording.count(answer.documents(), "document"), answer.folder())));
        }
    }

    /** Returns what the built-in dump wrote; null if it was not called. */
    DumpAnswer answer() {
        return answer;
    }
}

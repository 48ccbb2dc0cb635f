package migopy.command;

import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoDatabase;

import migopy.MigopyException;
import migopy.console.Event;
import migopy.dump.ArchiveReader;
import migopy.dump.DumpFolder;
import migopy.dump.Restore;
import migopy.dump.RestoreRequest;
import migopy.lock.Holder;
import migopy.lock.LockStore;
import migopy.settings.Names;
import migopy.settings.Settings;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code dbrestore DIR}. Takes no lock, and refuses while a run holds it. */
@Command(
        name = "dbrestore",
        description = "Restores a dump: its folder, or the database's folder in it.")
final class DbRestore implements Action {
    @Parameters(arity = "1", paramLabel = "DIR", description = "the dump's folder")
    private Path folder;

    @Option(
            names = "--collection",
            paramLabel = "NAME",
            description = "only this one; may be given more than once")
    private List<String> collections = new ArrayList<>();

    @Option(names = "--drop", description = "replace collections that are there")
    private boolean drop;

    @Option(
            names = "--to",
            paramLabel = "DATABASE",
            description = "into this database, not into that of the settings")
    private String to;

    @Option(
            names = "--strict",
            description = "fail at a document that is there already, instead of counting it")
    private boolean strict;

    @Option(names = "--gzip", description = "not needed: packed files are known by their names")
    private boolean gzip;

    @Override
    public int run(Session session) {
        return folder != null && ArchiveReader.isArchive(folder)
                ? unpacked(session)
                : restore(session);
    }

    /** The folder stays when the restore fails: what is then suggested names it. */
    private int unpacked(Session session) {
        Settings settings = session.settings();
        Path archive = folder;
        folder =
                ArchiveReader.unpack(
                        archive,
                        settings.dumpDirectory(),
                        settings.database(),
                        session.runId(),
                        session.console()::event);
        session.console()
                .event(
                        new Event.Notice(
                                "Unpacked %s into %s, which is removed after the restore"
                                        .formatted(archive, folder)));
        int exitCode = restore(session);
        if (exitCode == 0) {
            DumpFolder.remove(folder);
        }
        return exitCode;
    }

    private int restore(Session session) {
        if (folder == null) {
            throw MigopyException.usage(
                    "dbrestore asks for the dump's folder",
                    "{migopy} dbrestore DIR; dumps lie in " + session.settings().dumpDirectory());
        }
        String wrong = to == null ? null : Names.wrongWithDatabase(to);
        if (wrong != null) {
            throw MigopyException.usage("--to %s %s".formatted(to, wrong), "Name a database.");
        }
        Settings settings = session.settings();
        session.console()
                .answer(
                        Restore.run(
                                new RestoreRequest(
                                        session.connection().client(),
                                        settings.database(),
                                        to,
                                        folder,
                                        Set.copyOf(collections),
                                        drop,
                                        strict,
                                        session.runId(),
                                        Dumps.lockCollection(settings),
                                        database -> refuseIfLocked(settings, database)),
                                session.console()::event));
        return 0;
    }

    /** A lease that has run out is no run's any more. */
    private static void refuseIfLocked(Settings settings, MongoDatabase database) {
        MongoDatabase latest =
                settings.embedded()
                        ? database
                        : database.withReadPreference(ReadPreference.primary())
                                .withReadConcern(ReadConcern.MAJORITY);
        LockStore lock =
                new LockStore(latest, Dumps.lockCollection(settings), !settings.embedded());
        lock.holder().filter(Holder::live).ifPresent(DbRestore::refuse);
    }

    private static void refuse(Holder holder) {
        throw MigopyException.locked(
                "%s holds the lock until %s; nothing was restored"
                        .formatted(holder.shown(), holder.until()),
                "Wait for its end. If that run is dead, the lock is free after that time.");
    }
}

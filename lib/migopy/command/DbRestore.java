package migopy.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import migopy.MigopyException;
import migopy.console.Event;
import migopy.console.Wording;
import migopy.dump.ArchiveReader;
import migopy.dump.DumpFolder;
import migopy.dump.Restore;
import migopy.dump.RestoreAnswer;
import migopy.dump.RestoreRequest;
import migopy.dump.UnfinishedRestore;
import migopy.run.Ledger;
import migopy.run.RestoreRun;
import migopy.run.RunContext;
import migopy.settings.Durations;
import migopy.settings.MongoNames;
import migopy.settings.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dbrestore DIR}, under the lock of the database that is restored. */
@Command(name = "dbrestore", description = "Restores a dump: its folder, the database's folder in it, or an archive.")
final class DbRestore implements Action {
    @Parameters(arity = "0..1", paramLabel = "DIR", description = "the dump's folder, or a file by mongodump --archive")
    private Path folder;

    @Option(names = "--archive", paramLabel = "FILE", description = "the archive, instead of DIR")
    private Path archive;

    @Option(names = "--collection", paramLabel = "COLLECTION", description = "only this collection; repeatable")
    private List<String> collections = new ArrayList<>();

    @Option(names = "--drop", description = "replace existing collections")
    private boolean drop;

    @Option(names = "--exact", description = "with --drop: also drop collections that the dump does not have")
    private boolean exact;

    @Option(names = "--to", paramLabel = "DATABASE", description = "into this database instead of the configured one")
    private String to;

    @Option(names = "--strict", description = "fail if a document already exists, instead of counting it")
    private boolean strict;

    @Option(names = "--no-indexes", description = "do not create indexes")
    private boolean noIndexes;

    @Option(names = "--convert-legacy-indexes", description = "convert index keys that only old servers accept")
    private boolean convertLegacyIndexes;

    @Option(
            names = "--finish",
            description = "without DIR: finish a restore that was interrupted while it replaced collections")
    private boolean finish;

    @Option(
            names = "--discard",
            description = "without DIR: remove what an interrupted restore left, and keep the database as it is")
    private boolean discard;

    @Option(names = "--wait", paramLabel = "TIME", description = "wait for the lock: 30s, 5m, 2h")
    private String wait;

    @Option(names = "--gzip", description = "no effect: compressed files are recognized")
    private boolean gzip;

    @Override
    public int run(Session session) {
        if (archive != null && folder != null) {
            throw MigopyException.usage(
                    "--archive FILE and DIR cannot be combined", "Name one of them: {migopy} dbrestore --archive FILE");
        }
        folder = archive == null ? folder : archive;
        refuseWrongOptions(session);
        Duration limit = wait == null ? Duration.ZERO : Durations.parseFromZero(wait, "--wait");
        return session.watched(context -> {
            if (finish || discard) {
                return settle(context, limit);
            }
            return ArchiveReader.isArchive(folder)
                    ? unpacked(context, limit)
                    : answered(context, restore(context, request(context), limit));
        });
    }

    private int unpacked(RunContext context, Duration limit) {
        RestoreRequest request = request(context);
        Path unpacked;
        try {
            unpacked = ArchiveReader.unpack(request, context.settings().dumpDirectory(), context.console()::event);
        } catch (MigopyException e) {
            throw context.afterSignal(e);
        }
        context.console()
                .event(new Event.Notice(
                        "Unpacked %s into %s, which is removed after the restore".formatted(folder, unpacked)));
        RestoreAnswer answer;
        try {
            answer = restore(context, request.in(unpacked), limit);
        } finally {
            remove(unpacked, context);
        }
        return answered(context, answer);
    }

    /** Does not throw, so that the command still reports how the restore ended. */
    private static void remove(Path unpacked, RunContext context) {
        try {
            DumpFolder.remove(unpacked);
        } catch (MigopyException e) {
            context.console().event(new Event.Notice(e.getMessage() + ". It is no longer needed: remove it."));
        }
    }

    private RestoreAnswer restore(RunContext context, RestoreRequest request, Duration limit) {
        Restore restore = Restore.of(request, context.console()::event);
        return RestoreRun.run(context, target(context.settings()), limit, restore::run);
    }

    private RestoreRequest request(RunContext context) {
        Settings settings = context.settings();
        return new RestoreRequest(
                context.connection().client(),
                settings.database(),
                to,
                folder,
                folder,
                Set.copyOf(collections),
                new RestoreRequest.RestoreOptions(drop, exact, strict, noIndexes, convertLegacyIndexes),
                context.runId(),
                settings.migrationsCollection(),
                Ledger.lockCollection(settings));
    }

    /** Finishes or discards what another restore left. */
    private int settle(RunContext context, Duration limit) {
        Settings settings = context.settings();
        RestoreRequest.RestoreTarget target = new RestoreRequest.RestoreTarget(
                context.connection().client(), target(settings), settings.migrationsCollection());
        if (finish) {
            RestoreAnswer answer = RestoreRun.run(
                    context,
                    target.database(),
                    limit,
                    lock -> UnfinishedRestore.finish(target, lock, context.console()::event));
            return answered(context, answer);
        }
        context.console()
                .answer(RestoreRun.run(
                        context,
                        target.database(),
                        limit,
                        lock -> UnfinishedRestore.discard(target, lock, context.console()::event)));
        return 0;
    }

    private static int answered(RunContext context, RestoreAnswer answer) {
        RestoreAnswer shown = answer.error() == null
                ? answer
                : answer.withKind(context.kindAfter(answer.error().kind()));
        context.console().answer(shown);
        return shown.exitCode();
    }

    private String target(Settings settings) {
        return to == null ? settings.database() : to;
    }

    private void refuseWrongOptions(Session session) {
        if (finish || discard) {
            if (folder != null || finish && discard) {
                throw MigopyException.usage(
                        "--finish and --discard take no dump, and cannot be combined",
                        "Use one of them alone: {migopy} dbrestore --finish");
            }
        } else if (folder == null || folder.toString().isEmpty()) {
            throw MigopyException.usage(
                    "dbrestore needs a dump's folder or an archive",
                    "Name one, for example from %s: {migopy} dbrestore DIR"
                            .formatted(session.settings().dumpDirectory()));
        }
        String wrong = to == null ? null : MongoNames.problemWithDatabase(to);
        if (wrong != null) {
            throw MigopyException.usage("--to %s %s".formatted(to, wrong), "Name a database.");
        }
        if (exact && (!drop || !collections.isEmpty())) {
            throw MigopyException.usage(
                    "--exact requires --drop and cannot be combined with --collection",
                    "Add --drop, without --collection: {migopy} dbrestore %s --drop --exact"
                            .formatted(Wording.word(folder.toString())));
        }
    }
}

package migopy.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import migopy.MigopyException;
import migopy.console.Event;
import migopy.dump.ArchiveWriter;
import migopy.dump.Dump.DumpOptions;
import migopy.dump.DumpAnswer.OwnDumpAnswer;
import migopy.run.OwnCode;
import migopy.run.RestoreRun;
import migopy.run.RunContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dbdump}: calls {@code doDump()}, which is the built-in dump unless it is overridden. */
@Command(name = "dbdump", description = "Dumps the database into a folder of its own, in mongodump's format.")
final class DbDump implements Action {
    @Option(names = "--collection", paramLabel = "COLLECTION", description = "only this collection; repeatable")
    private List<String> collections = new ArrayList<>();

    @Option(names = "--gzip", description = "compress each file, or the archive")
    private boolean gzip;

    @Option(names = "--archive", paramLabel = "FILE", description = "write one file, as mongodump --archive=FILE")
    private Path archive;

    @Option(names = "--query", paramLabel = "JSON", description = "only matching documents; needs --collection")
    private String query;

    @Option(names = "--require-snapshot", description = "fail if the dump cannot show one point in time")
    private boolean requireSnapshot;

    @Override
    public int run(Session session) {
        return session.watched(context -> run(session, context));
    }

    private int run(Session session, RunContext context) {
        RestoreRun.refuseHalfRestored(context.settings(), context.connection());
        Dumps dumps = session.dumps();
        DumpOptions options =
                new DumpOptions(Set.copyOf(collections), true, gzip && archive == null, query, requireSnapshot);
        if (archive != null) {
            ArchiveWriter.refuse(archive);
        }
        session.connection().refuseOtherCase();
        dumps.set(options, archive == null ? null : new Dumps.Archive(archive, gzip));
        try (OwnCode hooks = new OwnCode(
                context.shutdown(), session.console(), session.settings().redactor(), session.connection()::watch)) {
            hooks.captured("doDump()", () -> session.hooks().dump(Set.of()), DbDump::failed);
        } catch (MigopyException e) {
            throw context.afterSignal(e);
        }
        if (dumps.answer() != null) {
            session.console().answer(dumps.answer());
            return 0;
        }
        if (!collections.isEmpty() || gzip || query != null || requireSnapshot || archive != null) {
            session.console()
                    .event(new Event.Notice("doDump() of migopy.java takes no options; those of dbdump were ignored"));
        }
        session.console()
                .answer(new OwnDumpAnswer(
                        session.settings().database(), dumps.folder().toString()));
        return 0;
    }

    private static MigopyException failed(Throwable thrown) {
        return thrown instanceof MigopyException known
                ? known
                : new MigopyException(
                        MigopyException.Kind.DUMP,
                        "doDump() failed: " + (thrown.getMessage() == null ? thrown.toString() : thrown.getMessage()),
                        "Fix doDump() in migopy.java; --verbose shows the stack trace.",
                        thrown);
    }
}

package migopy.rehearsal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import migopy.MigopyException;
import migopy.console.Event;
import migopy.dump.CollectionCopy;
import migopy.dump.FieldMask;
import migopy.rehearsal.Rehearsal.RehearsalSource;
import migopy.run.Ledger;
import migopy.run.RunContext;

/**
 * A dump that is restored beside the scratch database, so that a rehearsal can copy from it as from any database: with
 * filters, indexes and counts. It has the same mark, and is dropped at the end.
 */
public final class DumpedDatabase {
    private final RunContext context;
    private final Path folder;
    private final FieldMask mask;

    /**
     * @param context of the database that the dump is restored into
     * @param mask applied to the documents
     */
    public DumpedDatabase(RunContext context, Path folder, FieldMask mask) {
        this.mask = mask;
        this.context = context;
        this.folder = folder;
    }

    /**
     * Restores the dump, does the work, and drops what was restored.
     *
     * @param work receives the database
     * @return the exit code of the work
     * @throws MigopyException usage, if it is not a dump's folder; refused, if the dump is not complete, or the database
     *     was not created by a rehearsal; failed, if a file is damaged
     */
    public int with(ToIntFunction<RehearsalSource> work) {
        String name = context.settings().database();
        Consumer<Event> events = context.console()::event;
        CollectionCopy copy = new CollectionCopy(
                context.shutdown()::throwIfStopped,
                events,
                mask,
                context.settings().migrationsCollection()::equals,
                null);
        ScratchDatabase database = ScratchDatabase.create(context.connection(), name, context.runId(), false);
        return database.use("Restoring the dump", events, () -> {
            String dumped = copy.load(folder, database.database(), Ledger.lockCollection(context.settings()));
            String journal = context.settings().migrationsCollection();
            if (!database.database()
                    .listCollectionNames()
                    .into(new ArrayList<>())
                    .contains(journal)) {
                events.accept(new Event.Notice(
                        "The dump has no collection %s, so all migrations are pending".formatted(journal)));
            }
            return work.applyAsInt(new RehearsalSource(
                    context,
                    context.connection().database(),
                    "%s, dumped in %s".formatted(dumped, folder),
                    FieldMask.NONE));
        });
    }
}

package migopy.run;

import com.mongodb.client.MongoDatabase;
import migopy.journal.Fixes;
import migopy.journal.Journal;
import migopy.lock.LockStore;
import migopy.lock.RestoreNotes;
import migopy.mongo.Connection;
import migopy.mongo.Connection.Topology;
import migopy.settings.Settings;

/** Journal, fixes and lock of one database: what a run and every command beside it stand on. */
public record Ledger(Journal journal, Fixes fixes, LockStore locks, RestoreNotes restores) {
    /** What the lock's collection adds to the journal's name (CONTRACT, section 4). */
    private static final String LOCK = "_lock";

    /** What the fixes' collection adds to it (CONTRACT, section 4). */
    private static final String FIXES = "_fixes";

    /**
     * Waits for the first contact; creates nothing.
     *
     * @throws migopy.MigopyException unreachable, if nobody answers or lets us in
     */
    public static Ledger open(Settings settings, Connection connection) {
        return open(settings, connection, settings.database());
    }

    /** The ledger of another database of the same server, as {@code dbrestore --to} needs it. */
    public static Ledger open(Settings settings, Connection connection, String name) {
        boolean serverClock = connection.topology() != Topology.EMBEDDED;
        MongoDatabase database = connection.journalDatabase(name);
        String journal = settings.migrationsCollection();
        return new Ledger(
                new Journal(database, journal),
                new Fixes(database, journal + FIXES),
                new LockStore(database, journal + LOCK, serverClock, () -> connection.reopenedJournalDatabase(name)),
                new RestoreNotes(database, journal + LOCK));
    }

    /** The fixes' collection. */
    public static String fixesCollection(Settings settings) {
        return settings.migrationsCollection() + FIXES;
    }
}

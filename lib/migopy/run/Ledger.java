package migopy.run;

import com.mongodb.client.MongoDatabase;
import migopy.journal.Fixes;
import migopy.journal.Journal;
import migopy.lock.LockStore;
import migopy.lock.RestoreNotes;
import migopy.mongo.Connection;
import migopy.mongo.Connection.Topology;
import migopy.settings.Settings;

/** The collections that Migopy keeps in a database: journal, fixes and lock. */
public record Ledger(Journal journal, Fixes fixes, LockStore locks, RestoreNotes restores) {
    /** The suffix of the lock's collection. */
    private static final String LOCK = "_lock";

    /** The suffix of the fixes' collection. */
    private static final String FIXES = "_fixes";

    /**
     * Opens it, and waits for the first contact with the server; creates nothing.
     *
     * @throws migopy.MigopyException unreachable, if no server answers or the authentication fails
     */
    public static Ledger open(Settings settings, Connection connection) {
        return open(settings, connection, settings.database());
    }

    /** Opens that of another database on the same server, for {@code dbrestore --to}. */
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

    /** Returns the name of the lock's collection. */
    public static String lockCollection(Settings settings) {
        return settings.migrationsCollection() + LOCK;
    }

    /** Returns the name of the fixes' collection. */
    public static String fixesCollection(Settings settings) {
        return settings.migrationsCollection() + FIXES;
    }
}

package migopy.dump;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import migopy.MigopyException;
import migopy.console.Wording;

/**
 * What to restore, and to where.
 *
 * @param client the connection; closed by whoever opened it
 * @param database the database of the settings; a dump of another one is refused unless {@code to}
 *     is given
 * @param to the database to restore into, or null: {@code database}
 * @param given the path that was typed: a dump's folder, the database's folder in it, or an archive
 * @param folder the folder that is read: the same, or the one that the archive was unpacked into
 * @param collections their names; empty: all that the dump holds
 * @param run the run's id, for the names of unfinished collections
 * @param journal the collection of the journal, which is replaced last
 * @param lockCollection the collection of the lock, which is neither restored nor dropped
 */
public record RestoreRequest(
        MongoClient client,
        String database,
        String to,
        Path given,
        Path folder,
        Set<String> collections,
        RestoreOptions options,
        String run,
        String journal,
        String lockCollection) {
    /** How many names a hint can hold. */
    private static final int MOST_NAMES = 50;

    public RestoreRequest {
        collections = Set.copyOf(collections);
    }

    /**
     * How to restore.
     *
     * @param drop whether a collection of the same name is replaced; otherwise documents are added
     *     to it
     * @param exact whether a collection that the dump does not have is dropped
     * @param strict whether a duplicate key is an error; otherwise it is counted
     * @param noIndexes whether indexes are left out
     * @param convertLegacyIndexes whether keys and options that only old servers accept are
     *     converted
     */
    public record RestoreOptions(
            boolean drop, boolean exact, boolean strict, boolean noIndexes, boolean convertLegacyIndexes) {}

    /** A database that is restored. */
    public record RestoreTarget(MongoClient client, String database, String journal) {
        /** Read at the primary, whatever the URI says. */
        MongoDatabase connected() {
            return client.getDatabase(database).withReadPreference(ReadPreference.primary());
        }
    }

    /** The same for the folder that an archive was unpacked into. */
    public RestoreRequest in(Path unpacked) {
        return new RestoreRequest(
                client, database, to, given, unpacked, collections, options, run, journal, lockCollection);
    }

    RestoreTarget target() {
        return new RestoreTarget(client, to == null ? database : to, journal);
    }

    /** Refuses a dump of another database than that of the settings, unless {@code to} is given. */
    void refuseOther(String dumped) {
        if (to == null && !dumped.equals(database)) {
            throw MigopyException.usage(
                    "%s is a dump of %s, and the database is %s".formatted(given, dumped, database),
                    "To restore it there: {migopy} dbrestore %s --to %s"
                            .formatted(Wording.word(given.toString()), Wording.word(database)));
        }
    }

    /**
     * Whether a dump's collection is never restored: the server's own, the lock, what is
     * unfinished.
     */
    boolean isLeftOut(String name) {
        return Catalog.isSystem(name)
                || name.equals(lockCollection)
                || name.startsWith(Catalog.UNFINISHED)
                || name.startsWith("$admin.");
    }

    /** The arguments of this very restore, of these collections; none: all. */
    String arguments(Collection<String> names) {
        StringBuilder arguments = new StringBuilder("dbrestore ");
        arguments.append(Wording.word(given.toAbsolutePath().normalize().toString()));
        if (to != null) {
            arguments.append(" --to ").append(Wording.word(to));
        }
        for (String name : new TreeSet<>(names)) {
            arguments.append(" --collection ").append(Wording.word(name));
        }
        append(arguments, options.drop(), " --drop");
        append(arguments, options.exact() && names.isEmpty(), " --exact");
        append(arguments, options.strict(), " --strict");
        append(arguments, options.noIndexes(), " --no-indexes");
        append(arguments, options.convertLegacyIndexes(), " --convert-legacy-indexes");
        return arguments.toString();
    }

    /**
     * What to type when one collection of a dump cannot be restored.
     *
     * @param damaged its name; null if it is unknown or none of those
     */
    String wayOnWithout(String damaged, Collection<String> all) {
        Set<String> others = new TreeSet<>(all);
        others.removeIf(name -> name.equals(damaged) || isLeftOut(name));
        return others.isEmpty() || others.size() > MOST_NAMES
                ? "Nothing was changed. Restore another dump."
                : "Nothing was changed. To restore the others: {migopy} " + arguments(others);
    }

    /** The arguments of the command that finishes the swap of this restore. */
    String finish() {
        return "dbrestore --finish" + (to == null ? "" : " --to " + Wording.word(to));
    }

    private static void append(StringBuilder arguments, boolean given, String option) {
        if (given) {
            arguments.append(option);
        }
    }
}

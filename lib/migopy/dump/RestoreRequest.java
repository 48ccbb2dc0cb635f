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
 * What to restore, and where to.
 *
 * @param client the connection; the caller closes it
 * @param database the configured database; a dump of another one is refused unless {@code to} is given
 * @param to the database to restore into, or null: {@code database}
 * @param given the path that was typed: a dump's folder, the database's folder in it, or an archive
 * @param folder the folder that is read: the same, or the one that the archive was unpacked into
 * @param collections their names; empty: all in the dump
 * @param run the run's id, for the names of unfinished collections
 * @param journal the collection of the journal, which is replaced last
 * @param lockCollection the lock's collection, which is neither restored nor dropped
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
    /** The limit of names in a hint. */
    private static final int MOST_NAMES = 50;

    public RestoreRequest {
        collections = Set.copyOf(collections);
    }

    /**
     * How to restore.
     *
     * @param drop whether a collection of the same name is replaced; otherwise documents are added
     * @param exact whether a collection that the dump does not have is dropped
     * @param strict whether a duplicate key is an error; otherwise it is counted
     * @param noIndexes whether indexes are omitted
     * @param convertLegacyIndexes whether keys and options that only old servers accept are
     *     converted
     */
    public record RestoreOptions(
            boolean drop, boolean exact, boolean strict, boolean noIndexes, boolean convertLegacyIndexes) {}

    /** The database that is restored into. */
    public record RestoreTarget(MongoClient client, String database, String journal) {
        /** Returns the database, read at the primary whatever the URI says. */
        MongoDatabase connected() {
            return client.getDatabase(database).withReadPreference(ReadPreference.primary());
        }
    }

    /** Returns the same request for the folder that the archive was unpacked into. */
    public RestoreRequest in(Path unpacked) {
        return new RestoreRequest(
                client, database, to, given, unpacked, collections, options, run, journal, lockCollection);
    }

    RestoreTarget target() {
        return new RestoreTarget(client, to == null ? database : to, journal);
    }

    /** Refuses a dump of another database than the configured one, unless {@code to} is given. */
    void refuseOther(String dumped) {
        if (to == null && !dumped.equals(database)) {
            throw MigopyException.usage(
                    "%s is a dump of %s, but the database is %s".formatted(given, dumped, database),
                    "To restore it there anyway: {migopy} dbrestore %s --to %s"
                            .formatted(Wording.word(given.toString()), Wording.word(database)));
        }
    }

    /** Whether a collection of a dump is never restored: the server's own, the lock's, unfinished ones. */
    boolean isLeftOut(String name) {
        return Catalog.isSystem(name)
                || name.equals(lockCollection)
                || name.startsWith(Catalog.UNFINISHED)
                || name.startsWith("$admin.");
    }

    /** Returns the arguments that finish this restore: without {@code --strict}, since what it restored exists. */
    String finishArguments() {
        return arguments(collections, false);
    }

    /** Returns the arguments of this restore with these collections; none: all. */
    String arguments(Collection<String> names) {
        return arguments(names, options.strict());
    }

    private String arguments(Collection<String> names, boolean strict) {
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
        append(arguments, strict, " --strict");
        append(arguments, options.noIndexes(), " --no-indexes");
        append(arguments, options.convertLegacyIndexes(), " --convert-legacy-indexes");
        return arguments.toString();
    }

    /**
     * Returns the hint for a dump of which one collection cannot be restored.
     *
     * @param damaged its name; null if unknown
     */
    String hintWithout(String damaged, Collection<String> all) {
        Set<String> others = new TreeSet<>(all);
        others.removeIf(name -> name.equals(damaged) || isLeftOut(name));
        return others.isEmpty() || others.size() > MOST_NAMES
                ? "Nothing was changed. Restore another dump."
                : "Nothing was changed. To restore the others: {migopy} " + arguments(others);
    }

    /** Returns the arguments of the command that finishes the swap of this restore. */
    String finish() {
        return "dbrestore --finish" + (to == null ? "" : " --to " + Wording.word(to));
    }

    private static void append(StringBuilder arguments, boolean given, String option) {
        if (given) {
            arguments.append(option);
        }
    }
}

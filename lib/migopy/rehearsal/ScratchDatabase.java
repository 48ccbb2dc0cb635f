package migopy.rehearsal;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.client.MongoDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import migopy.MigopyException;
import migopy.console.Event;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import org.bson.Document;

/** The database that a rehearsal writes to. It carries a mark: one without it is never dropped. */
final class ScratchDatabase {
    /** The collection with the mark; the copies for comparisons begin with its name, too. */
    static final String MARK = "migopy_rehearsal";

    /** A copy of a large collection for a comparison, or the drop of all. */
    private static final long CALL_MINUTES = 30;

    /** After a signal. */
    private static final int MOST_DROPS = 5;

    private final MongoDatabase database;
    private final String run;
    private final boolean keep;
    private final Connection connection;

    private ScratchDatabase(MongoDatabase database, String run, boolean keep, Connection connection) {
        this.database = database;
        this.run = run;
        this.keep = keep;
        this.connection = connection;
    }

    /**
     * Creates it. What an earlier rehearsal left is dropped.
     *
     * @param keep whether it stays after the rehearsal
     * @throws MigopyException refused, if there is a database of that name that no rehearsal created
     */
    static ScratchDatabase create(Connection connection, String name, String run, boolean keep) {
        MongoDatabase database = connection.journalDatabase(name).withTimeout(CALL_MINUTES, TimeUnit.MINUTES);
        List<String> existing = database.listCollectionNames().into(new ArrayList<>());
        if (!existing.isEmpty() && existing.stream().noneMatch(one -> one.startsWith(MARK))) {
            throw MigopyException.refused(
                    "The database %s on %s was not created by a rehearsal".formatted(name, connection.server()),
                    "Choose another server with --on, or drop that database yourself");
        }
        ScratchDatabase scratch = new ScratchDatabase(database, run, keep, connection);
        try {
            scratch.clear();
        } catch (RuntimeException e) {
            scratch.drop();
            throw e;
        }
        return scratch;
    }

    /** Drops all but the mark. */
    void clear() {
        database.drop();
        database.getCollection(MARK)
                .insertOne(new Document("_id", "scratch").append("run", run).append("at", Date.from(Instant.now())));
    }

    MongoDatabase database() {
        return database;
    }

    /** Drops it, unless it is kept. */
    private void close() {
        if (!keep) {
            drop();
        }
    }

    /** Drops it, although a signal has interrupted this thread or does so now. */
    private void drop() {
        boolean interrupted = Thread.interrupted();
        try {
            for (int i = 1; ; i++) {
                try {
                    database.drop();
                    // A command whose answer a signal has interrupted may still be writing.
                    if (!interrupted
                            || i >= MOST_DROPS
                            || database.listCollectionNames().first() == null) {
                        return;
                    }
                } catch (MongoInterruptedException e) {
                    interrupted |= Thread.interrupted();
                    if (i >= MOST_DROPS) {
                        throw e;
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Does work on it, and then drops it, unless it is kept.
     *
     * @param what the work, for the message of an error of the server
     * @param events receives what is left if it cannot be dropped after a failure
     */
    <T> T use(String what, Consumer<Event> events, Supplier<T> work) {
        T result;
        try {
            result = work.get();
        } catch (RuntimeException | Error e) {
            closeAfter(e, events);
            if (e instanceof MongoException known) {
                throw MongoErrors.translate(known, what);
            }
            throw e;
        }
        close();
        return result;
    }

    private void closeAfter(Throwable failure, Consumer<Event> events) {
        try {
            close();
        } catch (MongoException e) {
            failure.addSuppressed(e);
            events.accept(new Event.Notice("%s is left on %s. The next rehearsal drops it."
                    .formatted(database.getName(), connection.server())));
        }
    }
}

package migopy.dump;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;

import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What to restore, and to where.
 *
 * @param client the connection; closed by whoever opened it
 * @param database the database of the settings; a dump of another one is refused unless {@code to}
 *     is given
 * @param to the database to restore into, or null: {@code database}
 * @param folder a dump's folder, or the database's folder in it
 * @param collections their names; empty: all that the dump holds
 * @param drop whether a collection of the same name is replaced; otherwise documents are added to
 *     it
 * @param strict whether a duplicate key is an error; otherwise it is counted
 * @param run the run's id, for the names of unfinished collections
 * @param lockCollection the collection that the lock lies in, which is neither restored nor dropped
 * @param refuseIfLocked throws {@code MigopyException.locked} if a run holds the lock of that
 *     database; asked before anything is read, and again before anything is written
 */
public record RestoreRequest(
        MongoClient client,
        String database,
        String to,
        Path folder,
        Set<String> collections,
        boolean drop,
        boolean strict,
        String run,
        String lockCollection,
        Consumer<MongoDatabase> refuseIfLocked) {
    public RestoreRequest {
        collections = Set.copyOf(collections);
    }
}

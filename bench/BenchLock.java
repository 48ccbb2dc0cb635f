import java.util.Optional;
import migopy.dump.Restore.RestoreLock;
import org.bson.BsonDocument;

/** The lock of a database that only the benchmark uses. */
final class BenchLock implements RestoreLock {
    @Override
    public Optional<Unfinished> unfinished() {
        return Optional.empty();
    }

    @Override
    public void ensureHeld() {}

    @Override
    public void endOperationsOf(String run) {}

    @Override
    public void begin(String folder, String wayOn, BsonDocument plan) {}

    @Override
    public void filling(String collection) {}

    @Override
    public void end() {}
}

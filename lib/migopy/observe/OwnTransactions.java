package migopy.observe;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import migopy.MigopyException;
import org.bson.BsonDocument;

/** The transactions that a migration starts in sessions of its own. */
final class OwnTransactions {
    private static final String ADVICE =
            "Call session.commitTransaction() before the session is closed, or" + " abortTransaction() to discard it";

    /** Those that wrote, and are neither committed nor aborted, by session. */
    private final Map<BsonDocument, Open> open = new ConcurrentHashMap<>();

    private volatile MigopyException abandoned;

    /**
     * One that is open.
     *
     * @param thread that started it
     * @param left the exception if it stays so; its stack trace is that of its first write
     */
    private record Open(Thread thread, Set<String> namespaces, MigopyException left) {}

    /** Forgets what an earlier try of the same call has left. */
    void clear() {
        open.clear();
        abandoned = null;
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Notes a write in one. */
    void wrote(BsonDocument command, Set<String> touched) {
        BsonDocument session = session(command);
        open.computeIfAbsent(
                        session,
                        key -> new Open(
                                Thread.currentThread(),
                                ConcurrentHashMap.newKeySet(),
                                failed("was never committed, so its writes are discarded")))
                .namespaces()
                .addAll(touched);
    }

    /** Notes a commit: an earlier attempt of the same may have been aborted. */
    void committed(BsonDocument command) {
        open.remove(session(command));
        abandoned = null;
    }

    /**
     * Notes an abort.
     *
     * @param closing whether it was not called, but the session was closed
     */
    void aborted(BsonDocument command, boolean closing) {
        boolean wrote = open.remove(session(command)) != null;
        if (wrote && closing) {
            abandoned = failed("was aborted, as its session was closed before it was committed");
        }
    }

    /** Whether one of this thread's locks one of these, so that the thread waits for itself. */
    boolean locks(Set<String> touched) {
        for (Open one : open.values()) {
            if (one.thread() == Thread.currentThread() && ObservedTransaction.locks(one.namespaces(), touched)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the exception for writes that were lost, or null. */
    MigopyException lost() {
        for (Open one : open.values()) {
            return one.left();
        }
        return abandoned;
    }

    private static BsonDocument session(BsonDocument command) {
        return command.getDocument("lsid").clone();
    }

    private static MigopyException failed(String what) {
        return MigopyException.failed("A transaction of the migration's own %s. %s".formatted(what, ADVICE), ADVICE);
    }
}

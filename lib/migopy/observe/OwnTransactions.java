package migopy.observe;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import migopy.MigopyException;
import org.bson.BsonDocument;

/** The transactions that a migration starts in sessions of its own. */
final class OwnTransactions {
    private static final String ADVICE = "Call session.commitTransaction() before the session is closed, or"
            + " abortTransaction() if nothing is to stay";

    /** Those that wrote, and are neither committed nor aborted, by session. */
    private final Map<BsonDocument, Open> open = new ConcurrentHashMap<>();

    private volatile MigopyException abandoned;

    /**
     * One that is open.
     *
     * @param thread that began it
     * @param left what to say if it stays so; its stack trace is that of its first write
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
                                failed("was never committed: nothing of it stays")))
                .namespaces()
                .addAll(touched);
    }

    /** Notes a commit: an earlier try of the same may have been given up before. */
    void committed(BsonDocument command) {
        open.remove(session(command));
        abandoned = null;
    }

    /**
     * Notes an abort.
     *
     * @param closing whether nobody asked for it, but the session was closed
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

    /** What was done for nothing, or null. */
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

package migopy.observe;

import com.mongodb.ServerAddress;
import com.mongodb.client.ClientSession;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import migopy.MigopyException;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * What one call of a migration does. The first thing that must not stay unnoticed is its fault: the call then fails,
 * whatever the migration catches.
 */
public final class Observation {
    /** Threads that a migration starts inherit it. */
    private static final InheritableThreadLocal<Observation> OF_THREAD = new InheritableThreadLocal<>();

    /** A thread that takes longer is working, not about to end. */
    private static final Duration ENDING = Duration.ofMillis(100);

    private static final int MOST_THREADS = 100;

    /** One is enough for the decision. */
    private static final int MOST_UNANSWERED = 100;

    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private final Map<Object, Pending> pending = Collections.synchronizedMap(new IdentityHashMap<>());
    private final Set<String> primaries = ConcurrentHashMap.newKeySet();
    private final Map<BsonDocument, ClientSession> ownSessions = new ConcurrentHashMap<>();
    private final OwnTransactions ownTransactions = new OwnTransactions();
    private final Map<Long, Throwable> unanswered = new ConcurrentHashMap<>();
    private final WriteIds writeIds = new WriteIds();
    private volatile String weakConcern;
    private volatile boolean drops;
    private volatile ObservedTransaction transaction;

    /**
     * Something that does nothing until it is run.
     *
     * @param reason the exception if it never is; its stack trace is that of the call that made it
     * @param source what is run with it, or null
     */
    private record Pending(MigopyException reason, Object source) {}

    /** The user code of a call. */
    @FunctionalInterface
    public interface UserCode {
        void run() throws Throwable;
    }

    /**
     * Runs user code in this thread, and then checks that nothing was left undone.
     *
     * @throws Throwable the fault, or else what the code throws
     */
    public void run(UserCode code) throws Throwable {
        pending.clear(); // a transaction that is tried again starts from nothing
        ownTransactions.clear();
        bind();
        try {
            code.run();
            waitForEndingThreads();
        } catch (Throwable e) {
            throw fault() == null ? e : fault();
        } finally {
            abortOwnTransactions();
            OF_THREAD.remove();
        }
        Throwable unnoticed = unnoticed();
        if (unnoticed != null) {
            throw unnoticed;
        }
    }

    /** Returns the fault, or why something that was made was never run or committed; null if there is nothing. */
    public Throwable unnoticed() {
        abortOwnTransactions();
        if (fault() != null) {
            return fault();
        }
        for (Pending one : pending.values()) {
            return one.reason();
        }
        return null;
    }

    /** Other writers would wait for one that is left open until the server ends it. */
    private void abortOwnTransactions() {
        MigopyException lost = ownTransactions.lost();
        if (lost == null) {
            return;
        }
        pending.put(ownTransactions, new Pending(lost, null));
        for (ClientSession each : ownSessions.values()) {
            if (each.hasActiveTransaction()) {
                each.abortTransaction();
            }
        }
    }

    /** Counts this thread, and those that it starts, as the observed call's. */
    public void bind() {
        OF_THREAD.set(this);
    }

    /** Returns the observation of the call that this thread makes, or was started by; null outside of calls. */
    public static Observation ofCaller() {
        return OF_THREAD.get();
    }

    /** Whether this thread makes the observed call, or was started by it. */
    boolean ofThisThread() {
        // The threads of the JVM's common pool may be older than the call.
        return OF_THREAD.get() == this || Thread.currentThread() instanceof ForkJoinWorkerThread;
    }

    /**
     * A pool reports that it is terminated just before its last thread ends, and so before an uncaught exception of that
     * thread is known.
     */
    private static void waitForEndingThreads() throws InterruptedException {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        if (group.activeCount() < 2) {
            return;
        }
        long deadline = System.nanoTime() + ENDING.toNanos();
        Thread[] threads = new Thread[MOST_THREADS];
        int count = group.enumerate(threads);
        for (int i = 0; i < count; i++) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            boolean working = threads[i].getState() == Thread.State.RUNNABLE;
            if (threads[i] != Thread.currentThread() && working && left > 0) {
                threads[i].join(left);
            }
        }
    }

    /** Returns the first fault, or null. */
    public Throwable fault() {
        return fault.get();
    }

    /** Makes this the fault, unless there is one already. */
    void fail(Throwable thrown) {
        fault.compareAndSet(null, thrown instanceof Refusal refusal ? refusal.reason() : thrown);
    }

    /**
     * Makes this the fault.
     *
     * @return what the caller must throw
     */
    public Refusal refuse(String message, String hint) {
        return refuse(message, hint, null);
    }

    /** The same, with what led to it. */
    Refusal refuse(String message, String hint, Throwable cause) {
        MigopyException reason = failed(message, hint, cause);
        fail(reason);
        return new Refusal(reason);
    }

    private static MigopyException failed(String message, String hint, Throwable cause) {
        return new MigopyException(MigopyException.Kind.FAILED, message, hint, cause);
    }

    /**
     * Notes a call whose result does nothing until it is run.
     *
     * @param key the result
     * @param what the call: {@code users.aggregate(... $out)}
     * @param missing what runs it: {@code toCollection()}
     * @param source an earlier result that is run with this one, or null
     */
    public void made(Object key, String what, String missing, Object source) {
        String message = "%s does nothing: its result is never run".formatted(what);
        pending.put(key, new Pending(failed(message, "Add ." + missing, null), source));
    }

    /**
     * Notes a backfill that does nothing until it is run.
     *
     * @return to be called when it is run
     */
    public Runnable madeBackfill(String collection) {
        Object key = new Object();
        made(key, "backfill(\"%s\")".formatted(collection), "run()", null);
        return () -> ran(key);
    }

    /** Notes that it is run now. */
    public void ran(Object key) {
        Object next = key;
        while (next != null) {
            Pending found = pending.remove(next);
            next = found == null ? null : found.source();
        }
    }

    /** Notes that a collection or a database was dropped or renamed, or a lock written to. */
    void dropped() {
        drops = true;
    }

    /** Whether a collection or a database was dropped or renamed, which may be the lock's. */
    public boolean hasDrops() {
        return drops;
    }

    /** Notes a session that the migration has started itself. */
    void started(ClientSession session) {
        ownSessions.put(session.getServerSession().getIdentifier(), session);
    }

    /** Whether the migration has started the session of this command itself. */
    boolean isInOwnSession(BsonDocument command) {
        return command.get("lsid") instanceof BsonDocument id && ownSessions.containsKey(id);
    }

    /** Returns the transactions that the migration starts itself. */
    OwnTransactions ownTransactions() {
        return ownTransactions;
    }

    /**
     * Notes a write outside of a transaction that has failed, unless the driver tries it again.
     *
     * @param attempt the same number for each try
     */
    void unanswered(long attempt, Throwable thrown) {
        if (unanswered.size() < MOST_UNANSWERED) {
            unanswered.putIfAbsent(attempt, thrown);
        }
    }

    /** Notes that the server has answered a write, at this try or an earlier one. */
    void answered(long attempt) {
        if (!unanswered.isEmpty()) {
            unanswered.remove(attempt);
        }
    }

    /** Returns why writes failed that were made outside of transactions, caught or not. */
    public List<Throwable> unanswered() {
        return List.copyOf(unanswered.values());
    }

    /** Returns the writes of bulks. */
    WriteIds writeIds() {
        return writeIds;
    }

    /**
     * Returns the {@code _id} of a write of a bulk that the server rejected; null if it is unknown.
     *
     * @param index in the bulk
     */
    public String idOfRejected(int index, int code, String message) {
        return writeIds.of(index, code, message);
    }

    /** Notes a write that waits for less than the majority. */
    void weakWrite(String concern, BsonValue electionId, ServerAddress server) {
        if (concern != null) {
            weakConcern = concern;
        }
        primaries.add(electionId == null ? server.toString() : electionId.toString());
    }

    /** Whether there were writes that a failover can roll back. */
    public boolean hasWeakWrites() {
        return !primaries.isEmpty();
    }

    /** Returns the weaker write concern that was asked for, as {@code w: 1}, or null. */
    public String weakConcern() {
        return weakConcern;
    }

    /**
     * Whether all weak writes were made on this primary, in this term.
     *
     * @param electionId null behind a mongos, where it is unknown
     */
    public boolean wroteOnlyOn(BsonValue electionId, Set<String> servers) {
        return primaries.stream().allMatch(each -> servers.contains(each) || each.equals(String.valueOf(electionId)));
    }

    /** Notes that a transaction is about to start in this session. */
    public ObservedTransaction transactionStarts(BsonDocument session) {
        transaction = new ObservedTransaction(session);
        return transaction;
    }

    /** Notes that it has ended. */
    public void transactionEnded() {
        transaction = null;
    }

    /** Returns the transaction that the call is made in, or null. */
    ObservedTransaction transaction() {
        return transaction;
    }

    /**
     * Thrown in a call of a migration to stop it. An {@code Error}, because the driver ignores every {@code Exception} of a
     * command listener, and user code that catches {@code Exception} must not continue.
     */
    public static final class Refusal extends Error {
        private static final long serialVersionUID = 1L;

        private final transient MigopyException reason;

        Refusal(MigopyException reason) {
            super(reason.getMessage(), reason);
            this.reason = reason;
        }

        /** Returns what was refused, and what to do instead. */
        public MigopyException reason() {
            return reason;
        }
    }

    /**
     * Makes what the threads of an observed call do not catch its fault. Threads that a migration gives
     * a handler of their own cannot be seen, nor exceptions that stay in a {@code Future}: a migration that drops one is
     * refused when it is compiled.
     */
    public static final class UncaughtExceptions implements Thread.UncaughtExceptionHandler, AutoCloseable {
        private final Observation observation;
        private final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();

        private UncaughtExceptions(Observation observation) {
            this.observation = observation;
        }

        /** Starts, until the result is closed. */
        public static UncaughtExceptions of(Observation observation) {
            UncaughtExceptions handler = new UncaughtExceptions(observation);
            Thread.setDefaultUncaughtExceptionHandler(handler);
            return handler;
        }

        @Override
        public void uncaughtException(Thread thread, Throwable thrown) {
            if (observation.ofThisThread()) {
                observation.fail(thrown);
            }
            if (before != null) {
                before.uncaughtException(thread, thrown);
                return;
            }
            synchronized (System.err) { // as the JVM itself prints it
                System.err.print("Exception in thread \"" + thread.getName() + "\" ");
                thrown.printStackTrace();
            }
        }

        @Override
        public void close() {
            if (Thread.getDefaultUncaughtExceptionHandler() == this) {
                Thread.setDefaultUncaughtExceptionHandler(before);
            }
        }
    }
}

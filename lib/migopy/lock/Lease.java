package migopy.lock;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import migopy.MigopyException;
import migopy.console.Event;
import migopy.console.Wording;
import migopy.lock.LockStore.Holder;
import migopy.lock.RestoreNotes.RestoreNote;

/**
 * The lease on the lock: renewed by a thread of its own, released when closed.
 *
 * <p>The renewing thread may not be scheduled in time, so {@link #ensureHeld()} checks the age of the last
 * renewal, and renews the lease itself if that is too old. The lease of a suspended process or a sleeping
 * laptop expires all the same; the fence then keeps its writes out of the journal.
 */
public final class Lease implements AutoCloseable {
    /** Five renewals may fail before the lease expires: every 5 s with a lease of 30 s. */
    private static final int RENEWALS_PER_LEASE = 6;

    /** After a failed renewal the next one follows five times as soon. */
    private static final int RETRIES_PER_RENEWAL = 5;

    /** No lock has given out a fence above this; counting up from one could overflow. */
    private static final long HIGHEST_FENCE = 1L << 53;

    /** The longest pause between two attempts to acquire a lock. */
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    /** The time limit for joining the renewing thread, whose calls are limited to 10 s. */
    private static final Duration JOIN = Duration.ofSeconds(11);

    private final LockStore store;
    private final LockStore.Owner owner;
    private final Duration length;
    private final RestoreNote restore;
    private final Duration trusted;
    private final Clock wall;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread renewer;
    private volatile long token;
    private volatile Renewal renewal;
    private long reconnectedNanos = System.nanoTime();
    private volatile boolean doubted;
    private volatile boolean lost;
    private volatile Throwable failure;

    /**
     * The time of a renewal, by three clocks.
     *
     * @param nanos {@code System.nanoTime}, which no clock correction changes, but which may stop while a
     *     machine sleeps
     * @param millis the wall clock, which continues while a machine sleeps
     * @param server the server's time
     */
    private record Renewal(long nanos, long millis, Instant server) {
        Duration age(long nowMillis) {
            long byNanos = System.nanoTime() - nanos;
            long byWall = TimeUnit.MILLISECONDS.toNanos(nowMillis - millis);
            return Duration.ofNanos(Math.max(byNanos, byWall));
        }
    }

    private Lease(
            LockStore store, LockStore.Owner owner, Duration length, Holder acquired, Clock wall, Renewal renewal) {
        this.store = store;
        this.owner = owner;
        this.length = length;
        this.trusted = Duration.ofMillis(length.toMillis() * 2 / 3);
        this.token = acquired.token();
        this.restore = acquired.restore();
        this.wall = wall;
        this.renewal = renewal;
        this.renewer = new Thread(this::renewUntilClosed, "migopy-lease");
        this.renewer.setDaemon(true);
    }

    /**
     * Acquires the lock, waiting for another owner if asked to.
     *
     * @param length the length of the lease, which is how long the lock outlives an owner that crashes
     * @param wait how long to wait for another owner; zero to fail at once
     * @param wall this machine's clock, which may be wrong and may jump
     * @param events receives an event if it has to wait
     * @throws MigopyException locked, if another run holds it when {@code wait} has passed
     * @throws InterruptedException if this thread is interrupted while it waits
     */
    public static Lease acquire(
            LockStore store, LockStore.Owner owner, Duration length, Duration wait, Clock wall, Consumer<Event> events)
            throws InterruptedException {
        long start = System.nanoTime();
        long pause = Math.min(LONGEST_PAUSE.toMillis(), length.toMillis() / RENEWALS_PER_LEASE);
        boolean reported = false;
        while (true) {
            long nanos = System.nanoTime();
            long millis = wall.millis();
            Holder holder = acquired(store, owner, length);
            if (holder.owner().equals(owner.id())) {
                Renewal acquired = new Renewal(nanos, millis, holder.acquiredAt());
                Lease lease = new Lease(store, owner, length, holder, wall, acquired);
                lease.renewer.start();
                return lease;
            }
            Duration left = wait.minusNanos(System.nanoTime() - start);
            if (left.isNegative() || left.isZero()) {
                throw locked(holder);
            }
            if (!reported) {
                events.accept(new Event.WaitingForLock(holder.shown(), holder.expiresAt()));
                reported = true;
            }
            Thread.sleep(Math.min(left.toMillis(), pause) + 1);
        }
    }

    /** A signal may interrupt the call that acquires the lock, in which case the lock is released. */
    private static Holder acquired(LockStore store, LockStore.Owner owner, Duration length) {
        try {
            return store.acquire(owner, length);
        } catch (MongoInterruptedException e) {
            Thread.interrupted(); // the exception reports it
            try {
                store.holder()
                        .filter(holder -> holder.owner().equals(owner.id()))
                        .ifPresent(holder -> store.release(owner.id(), holder.token()));
            } catch (MongoException left) {
                e.addSuppressed(left); // the lease expires by itself
            }
            throw e;
        }
    }

    private static MigopyException locked(Holder holder) {
        return MigopyException.locked(
                "%s holds the lock until %s".formatted(holder.shown(), holder.until()),
                "Wait for it with --wait 5m. If that run is dead, the lock expires at that time;"
                        + " to release it now, run: "
                        + Wording.command("unlock", "--owner", holder.owner()));
    }

    /** The fencing token, which increases with each owner of the lock. */
    public long token() {
        return token;
    }

    /** The note of an unfinished restore when the lock was acquired; null if there was none. */
    public RestoreNote restore() {
        return restore;
    }

    /**
     * Raises the token above a fence that was found in the journal, if it is not higher already. That happens
     * only if the lock's document was deleted or replaced by an older one, after which an earlier owner may
     * have the same token.
     *
     * @throws MigopyException unknown, if the lock is lost
     */
    public synchronized void raiseAbove(long fence) {
        if (fence < token || fence > HIGHEST_FENCE) {
            return;
        }
        if (!store.raise(owner, token, fence + 1)) {
            lost = true;
            throw lost();
        }
        token = fence + 1;
    }

    /** The server's time now: that of the last renewal plus the time elapsed here. */
    public Instant serverTime() {
        Renewal last = renewal;
        return last.server().plusNanos(System.nanoTime() - last.nanos());
    }

    /**
     * Checks that this run still owns the lock, before something is started or written. Renews the lease
     * first if the last renewal is more than two thirds of the lease ago.
     *
     * @throws MigopyException unknown, if the lock was lost, or if that cannot be checked
     */
    public void ensureHeld() {
        boolean old = renewal.age(wall.millis()).compareTo(trusted) > 0;
        if (!lost && (old || doubted)) {
            try {
                renew();
                doubted = false;
            } catch (RuntimeException | Error e) { // such as OutOfMemoryError: the lease's state is unknown
                Throwable earlier = failure;
                if (earlier != null && earlier != e) {
                    e.addSuppressed(earlier);
                }
                throw new MigopyException(
                        MigopyException.Kind.UNKNOWN,
                        (old
                                        ? "The lock could not be renewed for two thirds of its" + " lease: "
                                        : "Whether the lock is still held could not be checked: ")
                                + e.getMessage(),
                        "Check the current state: " + MigopyException.COMMAND + " status",
                        e);
            }
        }
        if (lost) {
            throw lost();
        }
    }

    /** Makes the next {@link #ensureHeld} ask the server, since the lock may have been deleted. */
    public void doubt() {
        doubted = true;
    }

    private MigopyException lost() {
        return MigopyException.unknown(
                "This run lost its lock: " + why(), "Check what was applied: " + MigopyException.COMMAND + " status");
    }

    private String why() {
        try {
            Optional<Holder> holder = store.holder();
            if (holder.isPresent()) {
                return holder.get().shown() + " holds it now";
            }
            OptionalLong now = store.token();
            if (now.isEmpty()) {
                return "its document in %s was deleted".formatted(store.namespace());
            }
            return now.getAsLong() == token
                    ? "it was released by unlock"
                    : "another run took it over, and has released it since";
        } catch (RuntimeException e) {
            return "its owner could not be read: " + e.getMessage();
        }
    }

    private synchronized void renew() {
        long nanos = System.nanoTime();
        long millis = wall.millis();
        Optional<Instant> expiresAt = store.renew(owner, token, length);
        if (expiresAt.isEmpty()) {
            lost = true;
        } else {
            // taken before the call, so that the lease appears older rather than younger than it is
            renewal = new Renewal(nanos, millis, expiresAt.get().minus(length));
        }
    }

    private void renewUntilClosed() {
        long regular = length.toMillis() / RENEWALS_PER_LEASE;
        long pause = regular;
        boolean ended = false;
        while (!lost && !ended) {
            try {
                ended = closed.await(pause, TimeUnit.MILLISECONDS);
                if (!ended && pause == regular) {
                    renew();
                } else if (!ended) {
                    renewAfterFailure();
                }
                pause = regular;
            } catch (Throwable e) {
                // Any error: memory may become available again, and an interrupt was meant for another thread.
                // Nothing here may allocate memory; ensureHeld() checks how long it took.
                failure = e;
                pause = regular / RETRIES_PER_RENEWAL;
                Thread.interrupted();
                Thread.yield();
            }
        }
    }

    /**
     * A driver that lost one of its threads may never work again. After a third of the lease without a
     * renewal, and once in each further third, a new client is used. The monitor keeps others from renewing
     * with the old one meanwhile.
     */
    private synchronized void renewAfterFailure() {
        Duration third = length.dividedBy(3);
        long now = System.nanoTime();
        if (renewal.age(wall.millis()).compareTo(third) > 0 && now - reconnectedNanos > third.toNanos()) {
            reconnectedNanos = now;
            store.reconnect();
        }
        renew();
    }

    /**
     * Releases the lock.
     *
     * @throws MigopyException unknown, if it was lost before
     */
    public void release() {
        if (!released()) {
            throw lost();
        }
    }

    /** Releases the lock if this run still owns it. */
    @Override
    public void close() {
        released();
    }

    /** Returns false if the lock is known to have been lost. If the release fails, the lease expires by itself. */
    private boolean released() {
        if (closed.getCount() == 0) {
            return true; // once is enough
        }
        closed.countDown();
        boolean interrupted = Thread.interrupted(); // by a signal; the lock must be released all the same
        try {
            renewer.join(JOIN.toMillis());
            return !lost && releasedInStore();
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (MongoException | IllegalStateException e) { // the client may be closed
            failure = e; // the run's own result counts; the lease expires by itself
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return true;
    }

    private boolean releasedInStore() {
        try {
            return store.release(owner.id(), token);
        } catch (MongoInterruptedException e) {
            Thread.interrupted(); // by a signal during the call
            store.release(owner.id(), token);
            return true; // the first may have gone through
        }
    }
}

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
 * The lock while it is ours: renewed beside the work by a thread of its own, released when it is
 * closed.
 *
 * <p>Nothing here trusts that a thread gets its turn: {@link #ensureHeld()} looks at how long ago
 * the last renewal was, and renews by itself when that is too long. The lease of a suspended
 * process or a sleeping laptop runs out in the server, whatever is believed here; the fence is what
 * then keeps its writes from the journal.
 */
public final class Lease implements AutoCloseable {
    /**
     * A sixth: five renewals may fail before the lease runs out (5 s of 30 s; CONTRACT, section 4).
     */
    private static final int RENEWALS_PER_LEASE = 6;

    /** After a renewal that failed the next one follows five times as soon. */
    private static final int RETRIES_PER_RENEWAL = 5;

    /** A fence above this was not given by a lock; counting on from it would overflow. */
    private static final long HIGHEST_FENCE = 1L << 53;

    /** How long one look at a lock that is held waits before the next, at most a renewal's time. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    /**
     * A renewal is limited to 10 s by the journal's database; its thread is not waited for longer.
     */
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
     * When the lease was known to be ours, by three clocks.
     *
     * @param nanos {@code System.nanoTime}, which no clock correction moves, and which stands still
     *     while a machine sleeps
     * @param millis the wall clock, which goes on while a machine sleeps
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
     * Takes the lock, or waits for it.
     *
     * @param length the lease: how long the lock outlives an owner that dies
     * @param wait how long to wait for another owner; zero to not wait at all
     * @param wall this machine's clock, which may be wrong and may jump
     * @param events hears of the waiting
     * @throws MigopyException locked, if another run held it to the end of {@code wait}
     * @throws InterruptedException if this thread is interrupted while it waits
     */
    public static Lease acquire(
            LockStore store, LockStore.Owner owner, Duration length, Duration wait, Clock wall, Consumer<Event> events)
            throws InterruptedException {
        long start = System.nanoTime();
        long pause = Math.min(LOOK_AGAIN.toMillis(), length.toMillis() / RENEWALS_PER_LEASE);
        boolean told = false;
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
            if (!told) {
                events.accept(new Event.WaitingForLock(holder.shown(), holder.expiresAt()));
                told = true;
            }
            Thread.sleep(Math.min(left.toMillis(), pause) + 1);
        }
    }

    /** A signal may break the call whose answer is that the lock is ours: it is given back then. */
    private static Holder acquired(LockStore store, LockStore.Owner owner, Duration length) {
        try {
            return store.acquire(owner, length);
        } catch (MongoInterruptedException e) {
            Thread.interrupted(); // the exception tells of it
            try {
                store.holder()
                        .filter(holder -> holder.owner().equals(owner.id()))
                        .ifPresent(holder -> store.release(owner.id(), holder.token()));
            } catch (MongoException left) {
                e.addSuppressed(left); // the lease runs out by itself
            }
            throw e;
        }
    }

    private static MigopyException locked(Holder holder) {
        return MigopyException.locked(
                "%s holds the lock until %s".formatted(holder.shown(), holder.until()),
                "Wait for it with --wait 5m. If that run is dead, the lock is free after that time;"
                        + " sooner: "
                        + Wording.command("unlock", "--owner", holder.owner()));
    }

    /** The fencing token: rises with each owner of the lock. */
    public long token() {
        return token;
    }

    /** The note of an unfinished restore when the lock was acquired; null if there was none. */
    public RestoreNote restore() {
        return restore;
    }

    /**
     * Makes sure that the token is higher than a fence that was found. It always is, unless the
     * lock's document was deleted, or replaced by an older one: its token then starts from a lower
     * number, and an earlier owner may have the same one.
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

    /** The server's time now: that of the last renewal, and what has passed here since. */
    public Instant serverTime() {
        Renewal last = renewal;
        return last.server().plusNanos(System.nanoTime() - last.nanos());
    }

    /**
     * Makes sure that the lock is ours before something is begun or written, and renews it first
     * when the last renewal is more than two thirds of the lease ago.
     *
     * @throws MigopyException unknown, if the lock is lost, or if it cannot be told
     */
    public void ensureHeld() {
        boolean old = renewal.age(wall.millis()).compareTo(trusted) > 0;
        if (!lost && (old || doubted)) {
            try {
                renew();
                doubted = false;
            } catch (RuntimeException | Error e) { // as OutOfMemoryError: the lease is not known
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
                        "See what is true: " + MigopyException.COMMAND + " status",
                        e);
            }
        }
        if (lost) {
            throw lost();
        }
    }

    /** Makes the next {@link #ensureHeld} ask the server: the lock may have been deleted. */
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
                    ? "it was removed with unlock"
                    : "another run took it over, and has released it since";
        } catch (RuntimeException e) {
            return "who holds it could not be read: " + e.getMessage();
        }
    }

    private synchronized void renew() {
        long nanos = System.nanoTime();
        long millis = wall.millis();
        Optional<Instant> expiresAt = store.renew(owner, token, length);
        if (expiresAt.isEmpty()) {
            lost = true;
        } else {
            // Asked before the server answered: rather a little too old than too young.
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
                // Whatever the migration did: memory comes back, and an interrupt was not meant for
                // this thread. Nothing here may need memory; ensureHeld() judges how long it took.
                failure = e;
                pause = regular / RETRIES_PER_RENEWAL;
                Thread.interrupted();
                Thread.yield();
            }
        }
    }

    /**
     * A driver one of whose threads has ended may never work again: after a third of the lease, and
     * once in each, another client is taken. Nobody else renews meanwhile, with the one before.
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
     * Gives the lock back.
     *
     * @throws MigopyException unknown, if it was lost before
     */
    public void release() {
        if (!released()) {
            throw lost();
        }
    }

    /** Gives the lock back if it is still ours. */
    @Override
    public void close() {
        released();
    }

    /**
     * Whether the lock was ours until now, as far as is known. A release that fails leaves it to the
     * lease to run out.
     */
    private boolean released() {
        if (closed.getCount() == 0) {
            return true; // once is enough
        }
        closed.countDown();
        boolean interrupted = Thread.interrupted(); // a signal's; the release has to go through all the same
        try {
            renewer.join(JOIN.toMillis());
            return !lost && releasedInStore();
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (MongoException | IllegalStateException e) { // the client may be closed
            failure = e; // how the run ended is what counts; the lease runs out by itself
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
            Thread.interrupted(); // a signal came just now
            store.release(owner.id(), token);
            return true; // the first may have gone through
        }
    }
}

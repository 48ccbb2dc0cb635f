package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import migopy.backfill.BackfillContext.StopRequested;
import migopy.backfill.BatchReader.Batch;
import migopy.backfill.BatchWriter.BatchResult;
import migopy.backfill.Checkpoints.CheckpointWriter;
import migopy.backfill.Checkpoints.Control;
import migopy.backfill.RateLimiter.RateMeter;
import migopy.console.Event;
import migopy.console.Wording;

/**
 * What a backfill's workers share: the checkpoint, the throttle, and whether to go on. Each batch
 * asks here before it begins and reports here when it is done.
 */
final class Coordinator {
    /** How often a waiting backfill looks at its lock and at what is asked of it. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** How soon a wait between two tries notices that there is to be none. */
    private static final Duration STEP = Duration.ofMillis(200);

    /** A pause that nobody ends within a week was forgotten. */
    private static final Duration LONGEST_PAUSE = Duration.ofDays(7);

    /** A secondary that is behind for so long does not catch up by waiting. */
    private static final Duration LONGEST_LAG = Duration.ofHours(1);

    /** While it waits for one: rarely, since each look is a write, which that one lacks too. */
    private static final Duration LAG_LOOK = Duration.ofSeconds(10);

    private static final Duration LAG_PAUSE = Duration.ofMillis(250);

    private final BackfillContext context;
    private final CheckpointWriter writer;
    private final ReplicationLag lag;
    private final RateLimiter pace;
    private final RateMeter rate = new RateMeter(System.nanoTime());

    /** How many documents each worker's batch may write, by its segment. */
    private final Map<Integer, Integer> reserved = new HashMap<>();

    private Checkpoint checkpoint;
    private Control asked = Control.GO;
    private long keptAt = System.nanoTime();
    private boolean pauseTold;
    private Duration lastBatch = Duration.ZERO;
    private Throwable failure;
    private volatile boolean ending;

    Coordinator(BackfillContext context, CheckpointWriter writer, Job job, Checkpoint checkpoint) {
        this.context = context;
        this.writer = writer;
        this.checkpoint = checkpoint;
        lag = new ReplicationLag(context.client(), context.embedded());
        pace = new RateLimiter(job.maxRate(), System.nanoTime());
    }

    synchronized Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Whether the lock is still ours; throws when it is not, or when the run is to end. */
    synchronized void ensureHeld() {
        context.lease().ensureHeld();
    }

    /** Called before a batch that may write so many documents. */
    synchronized boolean mayBegin(int segment, int documents) {
        if (!mayBegin()) {
            return false;
        }
        waitForPace();
        pace.reserve(documents, System.nanoTime());
        reserved.put(segment, documents);
        return !ending;
    }

    /** Waits while it has to, and says whether to begin anything. */
    synchronized boolean mayBegin() {
        if (ending) {
            return false;
        }
        context.lease().ensureHeld();
        waitWhilePaused();
        waitForSecondaries();
        return !ending;
    }

    /** Waits before another try of what failed; throws as soon as there is to be none. */
    synchronized void pause(Duration time) {
        long endsAt = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = endsAt - System.nanoTime()) {
            sleep(Duration.ofNanos(Math.min(left, STEP.toNanos())));
            if (ending) {
                throw new StopRequested("the backfill ends");
            }
        }
    }

    /** Called after each batch: keeps the checkpoint. */
    synchronized void ended(int segment, Batch stretch, BatchResult written, long begunAt) {
        Checkpoint next = after(segment, stretch, written);
        account(segment, stretch, written, begunAt);
        keep(next);
    }

    /**
     * Keeps the checkpoint of a batch inside its transaction; it counts only when {@link
     * #committed} is called.
     *
     * @return the checkpoint as it will be when the transaction is committed
     */
    synchronized Checkpoint keptIn(ClientSession session, int segment, Batch stretch, BatchResult written) {
        Checkpoint next = after(segment, stretch, written);
        asked = write(next, session);
        return next;
    }

    /** The transaction that {@code next} was kept in is committed. */
    synchronized void committed(int segment, Checkpoint next, Batch stretch, BatchResult written, long begunAt) {
        account(segment, stretch, written, begunAt);
        adopt(next);
    }

    private void adopt(Checkpoint next) {
        checkpoint = next;
        tell();
    }

    private void account(int segment, Batch stretch, BatchResult written, long begunAt) {
        long now = System.nanoTime();
        lastBatch = Duration.ofNanos(now - begunAt);
        pace.correct(reserved.getOrDefault(segment, 0), written.matched());
        rate.add(now, stretch.visited());
    }

    /** Keeps a checkpoint that is not about a batch. */
    synchronized void keep(Checkpoint next) {
        asked = Retry.of(this::pause, () -> write(next, null));
        adopt(next);
    }

    private Control write(Checkpoint next, ClientSession session) {
        keptAt = System.nanoTime(); // also if it fails: the next look is not at once
        return writer.write(next.toBson(), session);
    }

    private Checkpoint after(int segment, Batch stretch, BatchResult written) {
        long visited = checkpoint.pass() == 1 ? stretch.visited() : 0;
        double perSecond = rate.perSecond(System.nanoTime());
        BackfillProgress standing = checkpoint.standing().plus(visited, written.changed(), perSecond);
        Partition moved =
                checkpoint.segments().get(segment).after(stretch.range().to());
        return checkpoint.with(standing).with(segment, moved);
    }

    /** A changed document matched {@code where} again: no sweep may change what is left. */
    synchronized void inclusive() {
        checkpoint = checkpoint.inclusive();
    }

    synchronized boolean exclusive() {
        return checkpoint.exclusive();
    }

    /** The workers end after the batches under way. */
    void end() {
        ending = true;
    }

    /** One worker failed: the others end after their batches. */
    synchronized void failed(Throwable cause) {
        if (failure == null) {
            failure = cause;
        } else if (failure != cause) {
            failure.addSuppressed(cause);
        }
        ending = true;
    }

    synchronized Throwable failure() {
        return failure;
    }

    private void waitWhilePaused() {
        long endsAt = System.nanoTime() + LONGEST_PAUSE.toNanos();
        while (asked == Control.PAUSE && !ending) {
            if (!pauseTold) {
                notice("paused by another terminal; to go on: "
                        + Wording.command("backfill", "resume", context.migration()));
                pauseTold = true;
            }
            if (System.nanoTime() - endsAt > 0) {
                throw MigopyException.failed(
                        "%s was paused for %d days".formatted(where(), LONGEST_PAUSE.toDays()), goesOn());
            }
            look(BackfillProgress.Phase.PAUSED, LOOK);
            sleep(LOOK);
        }
        pauseTold = false;
        if (asked == Control.CANCEL) {
            throw MigopyException.failed(
                    "%s was cancelled from another terminal after %,d documents"
                            .formatted(where(), checkpoint.standing().done()),
                    goesOn());
        }
    }

    private void waitForSecondaries() {
        long endsAt = System.nanoTime() + LONGEST_LAG.toNanos();
        while (lag.now().compareTo(context.maxLag()) > 0 && !ending) {
            if (System.nanoTime() - endsAt > 0) {
                throw MigopyException.failed(
                        "A secondary has been %d s behind for %d minutes, so that %s cannot go on"
                                .formatted(lag.now().toSeconds(), LONGEST_LAG.toMinutes(), where()),
                        goesOn());
            }
            look(BackfillProgress.Phase.WAITING, LAG_LOOK);
            waitWhilePaused();
            tell();
            sleep(LAG_PAUSE);
        }
    }

    private void waitForPace() {
        Duration wait = pace.toWait(System.nanoTime());
        while (!wait.isZero() && !ending) {
            look(BackfillProgress.Phase.RUNNING, LOOK);
            waitWhilePaused();
            sleep(wait.compareTo(LOOK) < 0 ? wait : LOOK);
            wait = pace.toWait(System.nanoTime());
        }
    }

    /**
     * Keeps what it waits for, and hears what is asked of it, unless a checkpoint did so a while
     * ago.
     */
    private void look(BackfillProgress.Phase state, Duration every) {
        if (System.nanoTime() - keptAt < every.toNanos()) {
            return;
        }
        Checkpoint waiting = checkpoint.with(checkpoint.standing().state(state));
        try {
            asked = write(waiting, null);
        } catch (MongoException e) {
            if (!Retry.passes(e)) {
                throw e;
            }
            // An election; the next look is soon, and nothing depends on this one.
        }
        tell();
    }

    /** Lets go of this object meanwhile: a worker whose batch ends can keep its checkpoint. */
    private void sleep(Duration time) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StopRequested("interrupted");
        }
        context.lease().ensureHeld();
    }

    private void tell() {
        BackfillProgress now = checkpoint.standing();
        context.events()
                .accept(new Event.Progress(
                        context.migration(),
                        "docs",
                        now.done(),
                        now.estimate(),
                        now.perSecond(),
                        lastBatch,
                        lag.now()));
    }

    private String where() {
        return "The backfill of %s".formatted(checkpoint.standing().collection());
    }

    private void notice(String text) {
        context.events().accept(new Event.Notice(where() + " is " + text));
    }

    private static String goesOn() {
        return "It goes on where it stopped: %s execute".formatted(MigopyException.COMMAND);
    }
}

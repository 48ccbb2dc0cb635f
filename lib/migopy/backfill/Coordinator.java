package migopy.backfill;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import migopy.backfill.BackfillContext.StopRequested;
import migopy.backfill.BackfillProgress.Phase;
import migopy.backfill.BatchReader.Batch;
import migopy.backfill.BatchWriter.BatchResult;
import migopy.backfill.Checkpoints.Control;
import migopy.backfill.RateLimiter.RateMeter;
import migopy.console.Event;
import migopy.console.Wording;

/**
 * What the workers of a backfill share: the checkpoint, the throttle, and whether to continue. A
 * worker asks before each batch and reports after it.
 */
final class Coordinator {
    /** How often a waiting backfill checks its lock and the requests of other terminals. */
    private static final Duration CHECK = Duration.ofSeconds(1);

    /** How often a wait between two tries checks whether it is still wanted. */
    private static final Duration STEP = Duration.ofMillis(200);

    /** Assumes that a longer pause was forgotten. */
    private static final Duration LONGEST_PAUSE = Duration.ofDays(7);

    /** A secondary that is behind for longer does not catch up by waiting. */
    private static final Duration LONGEST_LAG = Duration.ofHours(1);

    /** Rarer than {@link #CHECK}: each check is a write, which the secondary has to apply, too. */
    private static final Duration LAG_CHECK = Duration.ofSeconds(10);

    private static final Duration LAG_PAUSE = Duration.ofMillis(250);

    private final BackfillContext context;
    private final Checkpoints.Claim claim;
    private final ReplicationLag lag;
    private final RateLimiter limiter;
    private final RateMeter rate = new RateMeter(System.nanoTime());

    /** How many documents each worker's batch may write, by the index of its partition. */
    private final Map<Integer, Integer> reserved = new HashMap<>();

    private Checkpoint checkpoint;
    private Control requested = Control.RUN;
    private long writtenAt = System.nanoTime();
    private boolean pauseReported;
    private Duration lastBatch = Duration.ZERO;
    private Throwable failure;
    private volatile boolean ending;

    Coordinator(BackfillContext context, Checkpoints.Claim claim, Job job, Checkpoint checkpoint) {
        this.context = context;
        this.claim = claim;
        this.checkpoint = checkpoint;
        lag = new ReplicationLag(context.client(), context.embedded());
        limiter = new RateLimiter(job.maxRate(), System.nanoTime());
    }

    synchronized Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Returns while the run holds its lock and is not to stop; throws otherwise. */
    synchronized void ensureHeld() {
        context.lease().ensureHeld();
    }

    /** Waits as long as necessary, then returns whether to start a batch of up to so many documents. */
    synchronized boolean mayStart(int partition, int documents) {
        if (!mayContinue()) {
            return false;
        }
        waitForRate();
        limiter.reserve(documents, System.nanoTime());
        reserved.put(partition, documents);
        return !ending;
    }

    /** Waits as long as necessary, then returns whether to continue. */
    synchronized boolean mayContinue() {
        if (ending) {
            return false;
        }
        context.lease().ensureHeld();
        waitWhilePaused();
        waitForSecondaries();
        return !ending;
    }

    /** Waits before another try of a failed call; throws as soon as no more is wanted. */
    synchronized void pause(Duration time) {
        long endsAt = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = endsAt - System.nanoTime()) {
            sleep(Duration.ofNanos(Math.min(left, STEP.toNanos())));
            if (ending) {
                throw new StopRequested("the backfill is ending");
            }
        }
    }

    /** Stores the checkpoint of a batch that was written. */
    synchronized void finished(int partition, Batch batch, BatchResult result, long startedAt) {
        Checkpoint next = after(partition, batch, result);
        account(partition, batch, result, startedAt);
        store(next);
    }

    /**
     * Stores the checkpoint of a batch in the batch's transaction; it counts once {@link #committed}
     * is called.
     *
     * @return the checkpoint as it will be when the transaction is committed
     */
    synchronized Checkpoint storeIn(ClientSession session, int partition, Batch batch, BatchResult result) {
        Checkpoint next = after(partition, batch, result);
        requested = write(next, session);
        return next;
    }

    /** The transaction in which {@code next} was stored is committed. */
    synchronized void committed(int partition, Checkpoint next, Batch batch, BatchResult result, long startedAt) {
        account(partition, batch, result, startedAt);
        adopt(next);
    }

    /** Stores a checkpoint. */
    synchronized void store(Checkpoint next) {
        requested = Retry.of(this::pause, () -> write(next, null));
        adopt(next);
    }

    private void adopt(Checkpoint next) {
        checkpoint = next;
        report();
    }

    private void account(int partition, Batch batch, BatchResult result, long startedAt) {
        long now = System.nanoTime();
        lastBatch = Duration.ofNanos(now - startedAt);
        limiter.correct(reserved.getOrDefault(partition, 0), result.matched());
        rate.add(now, batch.visited());
    }

    private Control write(Checkpoint next, ClientSession session) {
        writtenAt = System.nanoTime(); // Even if it fails, so that the next check is not at once.
        return claim.write(next.toBson(), session);
    }

    private Checkpoint after(int partition, Batch batch, BatchResult result) {
        long visited = checkpoint.pass() == 1 ? batch.visited() : 0;
        double perSecond = rate.perSecond(System.nanoTime());
        Partition moved =
                checkpoint.partitions().get(partition).after(batch.range().to());
        return checkpoint
                .with(checkpoint.progress().plus(visited, result.changed(), perSecond))
                .with(partition, moved);
    }

    /** A changed document matched {@code where} again: no sweep may change the remaining ones. */
    synchronized void inclusive() {
        checkpoint = checkpoint.inclusive();
    }

    synchronized boolean exclusive() {
        return checkpoint.exclusive();
    }

    /** Lets the workers end after their current batches. */
    void end() {
        ending = true;
    }

    /** Notes the failure of a worker, and lets the others end after their current batches. */
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
        while (requested == Control.PAUSE && !ending) {
            if (!pauseReported) {
                String resume = Wording.command("backfill", "resume", context.migration());
                String notice = "%s is paused by another terminal. To resume it: %s".formatted(name(), resume);
                context.events().accept(new Event.Notice(notice));
                pauseReported = true;
            }
            if (System.nanoTime() - endsAt > 0) {
                throw resumableFailure("%s was paused for %d days".formatted(name(), LONGEST_PAUSE.toDays()));
            }
            check(Phase.PAUSED, CHECK);
            sleep(CHECK);
        }
        pauseReported = false;
        if (requested == Control.CANCEL) {
            throw resumableFailure("%s was cancelled from another terminal after %s documents"
                    .formatted(name(), Wording.number(checkpoint.progress().done())));
        }
    }

    private void waitForSecondaries() {
        long endsAt = System.nanoTime() + LONGEST_LAG.toNanos();
        while (lag.now().compareTo(context.maxLag()) > 0 && !ending) {
            if (System.nanoTime() - endsAt > 0) {
                throw resumableFailure("%s stopped: a secondary has been behind for %d minutes, by %d s now"
                        .formatted(name(), LONGEST_LAG.toMinutes(), lag.now().toSeconds()));
            }
            check(Phase.WAITING, LAG_CHECK);
            waitWhilePaused();
            report();
            sleep(LAG_PAUSE);
        }
    }

    private void waitForRate() {
        Duration wait = limiter.timeToWait(System.nanoTime());
        while (!wait.isZero() && !ending) {
            check(Phase.RUNNING, CHECK);
            waitWhilePaused();
            sleep(wait.compareTo(CHECK) < 0 ? wait : CHECK);
            wait = limiter.timeToWait(System.nanoTime());
        }
    }

    /**
     * Stores the phase, and learns what other terminals request, unless a checkpoint was written
     * recently.
     */
    private void check(Phase phase, Duration every) {
        if (System.nanoTime() - writtenAt < every.toNanos()) {
            return;
        }
        Checkpoint waiting = checkpoint.with(checkpoint.progress().in(phase));
        try {
            requested = write(waiting, null);
        } catch (MongoException e) {
            if (!Retry.isTransient(e)) {
                throw e;
            }
            // An election: the next check is soon, and nothing depends on this one.
        }
        report();
    }

    /** Releases the monitor while waiting, so that other workers can store their checkpoints. */
    private void sleep(Duration time) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StopRequested("interrupted");
        }
        context.lease().ensureHeld();
    }

    private void report() {
        BackfillProgress now = checkpoint.progress();
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

    private String name() {
        return "The backfill of %s".formatted(checkpoint.progress().collection());
    }

    private static MigopyException resumableFailure(String message) {
        return MigopyException.failed(
                message, "To continue from its checkpoint: %s execute".formatted(MigopyException.COMMAND));
    }
}

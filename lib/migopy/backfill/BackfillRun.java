package migopy.backfill;

import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import migopy.backfill.BatchWriter.FailureLocation;
import migopy.backfill.Checkpoint.Fingerprint;
import migopy.console.Event;

/** One call of {@code run()}: from the checkpoint to the end. */
final class BackfillRun {
    /**
     * The walk, and sweeps for what was inserted meanwhile; who outruns three of them is not waited
     * for.
     */
    private static final int MOST_PASSES = 4;

    private static final Duration AHEAD_ENDS = BatchReader.BATCH_LIMIT;

    private final BackfillContext context;
    private final Job job;

    BackfillRun(BackfillContext context, Job job) {
        this.context = context;
        this.job = job;
    }

    /** How many documents were changed, those of earlier calls included. */
    long run() {
        refuse();
        MongoDatabase database = job.databaseOf(context.client(), context.database());
        CollectionFacts facts = CollectionFacts.of(context.client(), database, job.collection(), context.embedded());
        if (!facts.exists()) {
            notice("There is no collection %s: nothing to change".formatted(job.shownName()));
            return 0;
        }
        facts.refuse(job.shownName(), job.change() instanceof Change.Insert);
        BatchReader target = new BatchReader(database, job, context.embedded());
        Destination destination = job.change() instanceof Change.Insert insert
                ? Destination.of(context, job, insert, target.registry())
                : null;
        Fingerprint print = Fingerprint.of(job, context.checkpoints().text(), target.registry());
        Checkpoints.Place place = context.checkpoints().claim(print);
        Checkpoint start = start(target, print, place);
        if (start.standing().state() == BackfillProgress.Phase.DONE) {
            return start.standing().changed();
        }
        LeftBehind.end(context.client(), place.checkpoint())
                .ifPresent(why -> notice(
                        "What the run before left at work could not be ended (%s); it ends by itself".formatted(why)));
        int workers = context.embedded() ? 0 : start.segments().size();
        try (Sessions sessions = new Sessions(context.client(), workers)) {
            Coordinator board = new Coordinator(context, place.writer(), job, start);
            BackfillProgress goesOn = start.standing().state(BackfillProgress.Phase.RUNNING);
            board.keep(start.with(goesOn).inSessions(sessions.ids()));
            BatchWriter batches = new BatchWriter(target, destination, job, facts.shardKey(), context.embedded());
            return toTheEnd(target, batches, facts, sessions, board);
        } finally {
            context.events().accept(new Event.ProgressEnded(context.migration()));
        }
    }

    private void refuse() {
        String why = null;
        if (job.once() && !context.transactions()) {
            why = "once() of backfill(\"%s\") needs transactions, and this server has none: no" + " replica set";
        } else if (context.embedded() && job.change() instanceof Change.Update) {
            why = "update() of backfill(\"%s\") needs a real server: the embedded one has no" + " pipeline updates";
        }
        if (why != null) {
            throw MigopyException.refused(
                    why.formatted(job.collection()),
                    job.once()
                            ? "Use a replica set, of one member if need be, or leave once() out"
                            : "Use each(...), or a real MongoDB");
        }
        if (job.once() && job.parallel() > 1) {
            notice("once() makes the batches of %s follow each other: parallel(%d) counts as 1"
                    .formatted(job.collection(), job.parallel()));
        }
    }

    private Checkpoint start(BatchReader target, Fingerprint print, Checkpoints.Place place) {
        if (place.checkpoint() != null) {
            return Checkpoint.of(place.checkpoint(), print);
        }
        BackfillProgress standing = new BackfillProgress(
                job.shownName(),
                BackfillProgress.Phase.RUNNING,
                0,
                target.estimate(),
                0,
                0,
                BackfillProgress.NOT_KNOWN);
        return new Checkpoint(standing, print, parts(target), 1, true, List.of());
    }

    private List<Partition> parts(BatchReader target) {
        return Parts.of(target, exact() ? 1 : job.parallel(), context.embedded());
    }

    private long toTheEnd(
            BatchReader target, BatchWriter batches, CollectionFacts facts, Sessions sessions, Coordinator board) {
        Sweep sweep = new Sweep(target, board);
        long left = BackfillProgress.NOT_KNOWN;
        while (true) {
            walk(target, batches, sessions, board, facts.sharded());
            if (!batches.mayExclude()) {
                break;
            }
            left = sweep.left();
            Checkpoint walked = board.checkpoint();
            if (left == 0 || !walked.exclusive() || walked.pass() >= MOST_PASSES) {
                break;
            }
            List<Partition> again = List.of(new Partition(null, null, false));
            board.keep(walked.nextPass(again));
        }
        if (left > 0) {
            notice(stillMatch(left, board.exclusive()));
        }
        Checkpoint end = board.checkpoint();
        board.keep(end.done(left));
        return end.standing().changed();
    }

    private String stillMatch(long left, boolean exclusive) {
        String why = exclusive ? "they were inserted or changed meanwhile" : "a changed document may still match it";
        return "%,d documents of %s match where() after the backfill: %s".formatted(left, job.shownName(), why);
    }

    private void walk(BatchReader target, BatchWriter batches, Sessions sessions, Coordinator board, boolean sharded) {
        int parts = board.checkpoint().segments().size();
        List<ExecutorService> ahead = new ArrayList<>();
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            BatchSize size = new BatchSize(job.batch(), job.maxRate());
            Worker walk = new Worker(target, batches, board, sessions.of(i), i, size);
            if (inTransactions(parts, sharded)) {
                tasks.add(new TransactionWorker(walk, exact())::run);
            } else {
                String name = "%s-%d-ahead".formatted(name(), i + 1);
                ExecutorService one = Executors.newSingleThreadExecutor(task -> daemon(task, name));
                ahead.add(one);
                tasks.add(new ReadAheadWorker(walk, one)::run);
            }
        }
        try {
            new WorkerPool(name(), board).work(exact() ? List.of(inTurn(tasks)) : tasks);
        } catch (RuntimeException e) {
            String place = FailureLocation.of(e);
            if (!place.isEmpty()) {
                notice("The backfill of %s failed %s".formatted(job.shownName(), place));
            }
            throw e;
        } finally {
            ahead.forEach(BackfillRun::end);
        }
    }

    /**
     * Workers side by side cannot each write the one checkpoint in a transaction: they would
     * conflict. A transaction over all shards costs more than it saves.
     */
    private boolean inTransactions(int parts, boolean sharded) {
        boolean inServer = !job.change().reads();
        boolean worthIt = context.transactions() && inServer && parts == 1 && !sharded;
        return exact() || worthIt;
    }

    /** What was inserted twice nobody could distinguish, so it is not, where that can be had. */
    private boolean exact() {
        boolean inserts = job.change() instanceof Change.Insert && job.parallel() == 1;
        return job.once() || inserts && context.transactions();
    }

    private String name() {
        return "migopy-backfill-" + job.collection();
    }

    private static Runnable inTurn(List<Runnable> tasks) {
        return () -> tasks.forEach(Runnable::run);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private static void end(ExecutorService ahead) {
        ahead.shutdownNow();
        try {
            if (!ahead.awaitTermination(AHEAD_ENDS.toSeconds(), TimeUnit.SECONDS)) {
                throw MigopyException.failed(
                        "A read of the backfill did not end within %d s".formatted(AHEAD_ENDS.toSeconds()),
                        "Look for a server that does not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void notice(String text) {
        context.events().accept(new Event.Notice(text));
    }
}

package migopy.backfill;

import migopy.MigopyException;
import migopy.console.Event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** One call of {@code run()}: from the checkpoint to the end. */
final class Run {
    /**
     * The walk, and sweeps for what was inserted meanwhile; who outruns three of them is not waited
     * for.
     */
    private static final int MOST_PASSES = 4;

    private static final Duration AHEAD_ENDS = Target.BATCH_LIMIT;

    private final BackfillContext context;
    private final Job job;

    Run(BackfillContext context, Job job) {
        this.context = context;
        this.job = job;
    }

    /** How many documents were changed, those of earlier calls included. */
    long run() {
        refuse();
        CollectionFacts facts =
                CollectionFacts.of(
                        context.client(), context.database(), job.collection(), context.embedded());
        if (!facts.exists()) {
            notice("There is no collection %s: nothing to change".formatted(job.collection()));
            return 0;
        }
        if (!"collection".equals(facts.type())) {
            throw MigopyException.failed(
                    "%s is a %s: backfill() changes collections"
                            .formatted(job.collection(), facts.type()),
                    "Name the collection behind it");
        }
        Target target = new Target(context.database(), job, context.embedded());
        Checkpoint start = start(target);
        if (start.standing().state() == Standing.State.DONE) {
            return start.standing().changed();
        }
        LeftBehind.end(context.client(), context.checkpoint())
                .ifPresent(
                        why ->
                                notice(
                                        "What the run before left at work could not be ended (%s); it ends by itself"
                                                .formatted(why)));
        int workers = context.embedded() ? 0 : start.segments().size();
        try (Sessions sessions = new Sessions(context.client(), workers)) {
            Board board = new Board(context, job, start);
            Standing goesOn = start.standing().state(Standing.State.RUNNING);
            board.keep(start.with(goesOn).inSessions(sessions.ids()));
            return toTheEnd(target, facts, sessions, board);
        } finally {
            context.events().accept(new Event.ProgressEnded(context.migration()));
        }
    }

    private void refuse() {
        String why = null;
        if (job.once() && !context.transactions()) {
            why =
                    "once() of backfill(\"%s\") needs transactions, and this server has none: no"
                            + " replica set";
        } else if (context.embedded() && job.change() instanceof Change.Update) {
            why =
                    "update() of backfill(\"%s\") needs a real server: the embedded one has no"
                            + " pipeline updates";
        }
        if (why != null) {
            throw MigopyException.refused(
                    why.formatted(job.collection()),
                    job.once()
                            ? "Use a replica set, of one member if need be, or leave once() out"
                            : "Use each(...), or a real MongoDB");
        }
        if (job.once() && job.parallel() > 1) {
            notice(
                    "once() makes the batches of %s follow each other: parallel(%d) counts as 1"
                            .formatted(job.collection(), job.parallel()));
        }
    }

    private Checkpoint start(Target target) {
        if (context.checkpoint() != null) {
            Checkpoint earlier = Checkpoint.of(context.checkpoint());
            if (earlier.standing().collection().equals(job.collection())
                    && earlier.way().equals(job.change().word())) {
                return earlier;
            }
            notice(
                    "The checkpoint is of %s of %s: this backfill begins anew"
                            .formatted(earlier.way(), earlier.standing().collection()));
        }
        Standing standing =
                new Standing(
                        job.collection(),
                        Standing.State.RUNNING,
                        0,
                        target.estimate(),
                        0,
                        0,
                        Standing.NOT_KNOWN);
        return new Checkpoint(standing, job.change().word(), parts(target), 1, true, List.of());
    }

    private List<Segment> parts(Target target) {
        return Parts.of(target, job.once() ? 1 : job.parallel(), context.embedded());
    }

    private long toTheEnd(Target target, CollectionFacts facts, Sessions sessions, Board board) {
        Batches batches = new Batches(target, job.change(), facts.shardKey(), context.embedded());
        Sweep sweep = new Sweep(target, board);
        long left = Standing.NOT_KNOWN;
        while (true) {
            walk(target, batches, sessions, board, facts.sharded());
            if (target.where() == null) {
                break;
            }
            left = sweep.left();
            Checkpoint walked = board.checkpoint();
            if (left == 0 || !walked.exclusive() || walked.pass() >= MOST_PASSES) {
                break;
            }
            List<Segment> again = List.of(new Segment(null, null, false));
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
        String why =
                exclusive
                        ? "they were inserted or changed meanwhile"
                        : "a changed document may still match it";
        return "%,d documents of %s match where() after the backfill: %s"
                .formatted(left, job.collection(), why);
    }

    private void walk(
            Target target, Batches batches, Sessions sessions, Board board, boolean sharded) {
        int parts = board.checkpoint().segments().size();
        List<ExecutorService> ahead = new ArrayList<>();
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            BatchSize size = new BatchSize(job.batch(), job.maxRate());
            Walk walk = new Walk(target, batches, board, sessions.of(i), i, size);
            if (inTransactions(parts, sharded)) {
                tasks.add(new TransactionWorker(walk, job.once())::run);
            } else {
                String name = "%s-%d-ahead".formatted(name(), i + 1);
                ExecutorService one = Executors.newSingleThreadExecutor(task -> daemon(task, name));
                ahead.add(one);
                tasks.add(new Worker(walk, one)::run);
            }
        }
        try {
            new Crew(name(), board).work(job.once() ? List.of(inTurn(tasks)) : tasks);
        } finally {
            ahead.forEach(Run::end);
        }
    }

    /**
     * Workers side by side cannot each write the one checkpoint in a transaction: they would
     * conflict. A transaction over all shards costs more than it saves.
     */
    private boolean inTransactions(int parts, boolean sharded) {
        boolean inServer = !(job.change() instanceof Change.Each);
        boolean worthIt = context.transactions() && inServer && parts == 1 && !sharded;
        return job.once() || worthIt;
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
                        "A read of the backfill did not end within %d s"
                                .formatted(AHEAD_ENDS.toSeconds()),
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

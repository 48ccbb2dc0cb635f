package migopy.backfill;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import migopy.MigopyException;
import migopy.backfill.BackfillProgress.Phase;
import migopy.backfill.Checkpoint.Fingerprint;
import migopy.console.Event;
import migopy.console.Wording;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;

/** One call of {@code run()}: from the checkpoint to the end. */
final class BackfillRun {
    /** The walk and three sweeps; a writer that inserts faster than these is not waited for. */
    private static final int MOST_PASSES = 4;

    /** After this the remaining documents are counted range by range, not in one count. */
    private static final Duration ONE_COUNT = Duration.ofSeconds(5);

    private static final long KILL_LIMIT_SECONDS = 10;

    private final BackfillContext context;
    private final Job job;

    BackfillRun(BackfillContext context, Job job) {
        this.context = context;
        this.job = job;
    }

    /** Returns how many documents were changed, including those of earlier calls. */
    long run() {
        ensureSupported();
        MongoDatabase database = job.databaseOf(context.client(), context.database());
        CollectionFacts facts = CollectionFacts.of(context.client(), database, job.collection(), context.embedded());
        if (!facts.exists()) {
            notice("Collection %s does not exist: nothing to change".formatted(job.shownName()));
            return 0;
        }
        facts.ensureSupported(job.shownName(), job.change() instanceof Change.Insert);
        BatchReader reader = new BatchReader(database, job, context.embedded());
        Destination destination = Destination.of(context, job, reader.registry());
        Fingerprint fingerprint = Fingerprint.of(job, context.checkpoints().text(), reader.registry());
        Checkpoints.Claim claim = context.checkpoints().claim(fingerprint);
        Checkpoint start = claim.checkpoint() == null
                ? first(reader, fingerprint)
                : Checkpoint.of(claim.checkpoint(), fingerprint);
        if (start.progress().phase() == Phase.DONE) {
            return start.progress().changed();
        }
        endSessionsOf(claim.checkpoint());
        int workers = context.embedded() ? 0 : start.partitions().size();
        try (WorkerSessions sessions = new WorkerSessions(context.client(), workers)) {
            Coordinator coordinator = new Coordinator(context, claim, job, start);
            coordinator.store(start.with(start.progress().in(Phase.RUNNING)).inSessions(sessions.ids()));
            BatchWriter writer = new BatchWriter(reader, destination, job, facts.shardKey(), context.embedded());
            return new Passes(reader, writer, coordinator, sessions, facts.sharded()).run();
        } finally {
            context.events().accept(new Event.ProgressEnded(context.migration()));
        }
    }

    private void ensureSupported() {
        if (job.once() && !context.transactions()) {
            throw MigopyException.refused(
                    "once() of backfill(\"%s\") needs transactions, which this server does not support"
                            .formatted(job.collection()),
                    "Use a replica set, which may have a single member, or remove once()");
        }
        if (context.embedded() && job.change() instanceof Change.Update) {
            throw MigopyException.refused(
                    "update() of backfill(\"%s\") needs pipeline updates, which the embedded server does not support"
                            .formatted(job.collection()),
                    "Use each(...), or a MongoDB server");
        }
        if (job.once() && job.parallel() > 1) {
            notice("once() runs the batches of %s one after another: parallel(%d) has no effect"
                    .formatted(job.collection(), job.parallel()));
        }
    }

    private Checkpoint first(BatchReader reader, Fingerprint fingerprint) {
        int workers = exact() || context.embedded() ? 1 : job.parallel();
        BackfillProgress progress = BackfillProgress.started(job.shownName(), reader.estimate());
        return new Checkpoint(progress, fingerprint, Partition.of(reader, workers), 1, true, List.of());
    }

    /**
     * Ends the batches and open transactions of a crashed run, before anything is written to the
     * migration's record: such a transaction may lock that record.
     */
    private void endSessionsOf(BsonDocument checkpoint) {
        if (checkpoint == null || !checkpoint.isArray("sessions")) {
            return;
        }
        List<Document> sessions = checkpoint.getArray("sessions").stream()
                .map(id -> new Document("id", id))
                .toList();
        try {
            if (!sessions.isEmpty()) {
                context.client()
                        .getDatabase("admin")
                        .withTimeout(KILL_LIMIT_SECONDS, TimeUnit.SECONDS)
                        .runCommand(new Document("killSessions", sessions));
            }
        } catch (MongoException e) {
            notice("The previous run's operations could not be ended (%s); the server ends them at their time limit"
                    .formatted(e.getMessage()));
        }
    }

    /** Transactions wherever possible for inserts: a document inserted twice cannot be recognized. */
    private boolean exact() {
        boolean inserts = job.change() instanceof Change.Insert && job.parallel() == 1;
        return job.once() || inserts && context.transactions();
    }

    private void notice(String text) {
        context.events().accept(new Event.Notice(text));
    }

    /** One server session a worker, whose ids allow the next run to end what a crash leaves open. */
    private static final class WorkerSessions implements AutoCloseable {
        private final List<ClientSession> sessions = new ArrayList<>();

        /**
         * @param count how many; 0 if the server does not support sessions
         */
        WorkerSessions(MongoClient client, int count) {
            ClientSessionOptions options =
                    ClientSessionOptions.builder().causallyConsistent(false).build();
            for (int i = 0; i < count; i++) {
                sessions.add(client.startSession(options));
            }
        }

        /** The worker's session, or null if there are none. */
        ClientSession of(int worker) {
            return sessions.isEmpty() ? null : sessions.get(worker);
        }

        List<BsonBinary> ids() {
            return sessions.stream()
                    .map(session -> session.getServerSession().getIdentifier().getBinary("id"))
                    .toList();
        }

        @Override
        public void close() {
            sessions.forEach(ClientSession::close);
        }
    }

    /** The walk along the whole collection, then sweeps for documents inserted meanwhile. */
    private final class Passes {
        private final String threads = "migopy-backfill-" + job.collection();
        private final BatchReader reader;
        private final BatchWriter writer;
        private final Coordinator coordinator;
        private final WorkerSessions sessions;
        private final boolean sharded;

        Passes(
                BatchReader reader,
                BatchWriter writer,
                Coordinator coordinator,
                WorkerSessions sessions,
                boolean sharded) {
            this.reader = reader;
            this.writer = writer;
            this.coordinator = coordinator;
            this.sessions = sessions;
            this.sharded = sharded;
        }

        long run() {
            long left = BackfillProgress.UNKNOWN;
            while (true) {
                walk();
                if (!writer.mayExclude()) {
                    break;
                }
                left = left();
                Checkpoint walked = coordinator.checkpoint();
                if (left == 0 || !walked.exclusive() || walked.pass() >= MOST_PASSES) {
                    break;
                }
                coordinator.store(walked.nextPass());
            }
            if (left > 0) {
                notice("%s documents of %s still match where() after the backfill: %s"
                        .formatted(
                                Wording.number(left),
                                job.shownName(),
                                coordinator.exclusive()
                                        ? "they were inserted or changed meanwhile"
                                        : "a changed document may match it again"));
            }
            Checkpoint last = coordinator.checkpoint();
            coordinator.store(last.finished(left));
            return last.progress().changed();
        }

        private void walk() {
            int partitions = coordinator.checkpoint().partitions().size();
            List<Runnable> workers = new ArrayList<>();
            for (int i = 0; i < partitions; i++) {
                BatchSize size = new BatchSize(job.batch(), job.maxRate());
                PartitionWalk walk = new PartitionWalk(reader, writer, coordinator, sessions.of(i), i, size);
                workers.add(
                        inTransactions(partitions)
                                ? new TransactionWorker(walk, exact())
                                : new ReadAheadWorker(walk, "%s-%d-ahead".formatted(threads, i + 1)));
            }
            List<Runnable> oneAfterAnother = List.of(() -> workers.forEach(Runnable::run));
            new WorkerPool(threads, coordinator).run(exact() ? oneAfterAnother : workers);
        }

        /**
         * Parallel workers would conflict on the checkpoint that they share. A transaction over all
         * shards costs more than it saves.
         */
        private boolean inTransactions(int partitions) {
            boolean inServer = !job.change().readsDocuments();
            boolean worthIt = context.transactions() && inServer && partitions == 1 && !sharded;
            return exact() || worthIt;
        }

        /** Counts the documents that still match {@code where}. */
        private long left() {
            coordinator.mayContinue();
            return Retry.of(coordinator::pause, () -> {
                try {
                    return reader.count(ONE_COUNT);
                } catch (MongoException e) {
                    if (Retry.isTooSlow(e)) {
                        return countByRanges();
                    }
                    throw e;
                }
            });
        }

        private long countByRanges() {
            long found = 0;
            BsonValue from = null;
            do {
                coordinator.mayContinue();
                BsonValue start = from;
                Range range = Retry.of(
                        coordinator::pause,
                        () -> reader.next(null, start, null, BatchSize.MOST, BatchReader.Read.NOTHING)
                                .range());
                found += Retry.of(coordinator::pause, () -> reader.countIn(range));
                from = range.to();
            } while (from != null);
            return found;
        }
    }
}

package mongo.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import com.mongodb.event.CommandFailedEvent;
import com.mongodb.event.CommandListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import migopy.MigopyException;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** Each batch and its checkpoint in one transaction. */
@OnServer
class OnceTest {
    private static final long LIMIT_SECONDS = 60;

    @Test
    void everyDocumentIsChangedOnceDespiteAnotherWriter(MongoServer server) throws Exception {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 20_000);
        MongoCollection<Document> users = server.collection("users");
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong written = new AtomicLong();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            for (int i = 0; !over.get(); i = (i + 7_919) % 20_000) {
                users.updateOne(Filters.eq("_id", i), Updates.inc("other", 1));
                written.incrementAndGet();
            }
        });
        try {
            backfills.of("users").update(Backfills.addOne()).once().run();
        } finally {
            over.set(true);
            writer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }

        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(written.get()).isPositive();
    }

    @Test
    void aBatchIsHalvedAtEachConflictUntilTheOtherWriterCommits(MongoServer server) throws Exception {
        AtomicLong conflicts = new AtomicLong();
        Backfills backfills = new Backfills(counting(server, conflicts), server.database());
        backfills.fill("users", 2_000);
        CompletableFuture<Long> run;
        try (ClientSession other = server.client().startSession()) {
            other.startTransaction();
            server.collection("users").updateOne(other, Filters.eq("_id", 0), Updates.set("other", 1));
            run = CompletableFuture.supplyAsync(() ->
                    backfills.of("users").update(Backfills.addOne()).once().run());
            Eventually.until("it had three conflicts", () -> conflicts.get() >= 3);
            other.commitTransaction();
        }

        assertThat(run.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(2_000);
        assertThat(backfills.notOnce("users")).isEmpty();
        long first = backfills.progress().stream()
                .mapToLong(one -> one.done())
                .filter(done -> done > 0)
                .findFirst()
                .orElseThrow();
        assertThat(first).isEqualTo(1_000 >> conflicts.get());
    }

    @Test
    void afterTwentyConflictsItFailsWithTheReason(@On(Kind.OWN) MongoServer server) {
        AtomicLong conflicts = new AtomicLong();
        Backfills backfills = new Backfills(counting(server, conflicts), server.database());
        backfills.fill("users", 2_000);
        // The other writer's transaction has to outlast all tries, whose waits add up to a minute.
        server.admin(new Document("setParameter", 1).append("transactionLifetimeLimitSeconds", 600));
        try (ClientSession other = server.client().startSession()) {
            other.startTransaction();
            server.collection("users").updateOne(other, Filters.eq("_id", 0), Updates.set("other", 1));

            assertThatThrownBy(() -> backfills
                            .of("users")
                            .update(Backfills.addOne())
                            .once()
                            .run())
                    .hasMessageContaining("Other writers change the same documents")
                    .hasMessageContaining("21 write conflicts")
                    .isInstanceOfSatisfying(
                            MigopyException.class, e -> assertThat(e.kind()).isEqualTo(MigopyException.Kind.FAILED));
        }
        assertThat(conflicts.get()).isEqualTo(21);
        assertThat(backfills.collection("users").countDocuments(Filters.eq("n", 1)))
                .isZero();
    }

    /** A client that counts the updates that failed with a write conflict. */
    private static MongoClient counting(MongoServer server, AtomicLong conflicts) {
        CommandListener listener = new CommandListener() {
            @Override
            public void commandFailed(CommandFailedEvent event) {
                boolean conflict = event.getThrowable() instanceof MongoException e && e.getCode() == 112;
                if (conflict && event.getCommandName().equals("update")) {
                    conflicts.incrementAndGet();
                }
            }
        };
        return server.heardBy(listener);
    }

    @Test
    void withoutOnceAConflictingBatchIsWrittenWithoutATransaction(MongoServer server) throws Exception {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 3_000);
        MongoCollection<Document> users = server.collection("users");
        CompletableFuture<Long> run;
        try (ClientSession other = server.client().startSession()) {
            other.startTransaction();
            users.updateOne(other, Filters.eq("_id", 1_500), Updates.set("other", 1));
            run = CompletableFuture.supplyAsync(() -> backfills
                    .of("users")
                    .update(Backfills.addOne())
                    .batch(1_000)
                    .run());
            Eventually.until(
                    "the batch before the conflict is done", () -> users.countDocuments(Filters.eq("n", 1)) >= 1_000);
            other.commitTransaction();
        }

        assertThat(run.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(3_000);
        assertThat(backfills.notOnce("users")).isEmpty();
    }

    @Test
    void aCommitWithUnknownOutcomeIsRepeated(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        server.admin(Document.parse("{configureFailPoint: 'failCommand', mode: {times: 2}, data: {failCommands:"
                + " ['commitTransaction'], writeConcernError: {code: 64, errmsg: 'by"
                + " the test'}}}"));

        long changed = backfills
                .of("users")
                .update(Backfills.addOne())
                .batch(20)
                .once()
                .run();

        assertThat(changed).isEqualTo(100);
        assertThat(backfills.notOnce("users")).isEmpty();
    }

    @Test
    void eachReadsAndWritesInTheTransaction(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);

        long changed = backfills
                .of("users")
                .each(one -> Updates.inc("n", 1))
                .batch(20)
                .once()
                .run();

        assertThat(changed).isEqualTo(100);
        assertThat(backfills.notOnce("users")).isEmpty();
    }

    @Test
    void theTransactionOfACrashedRunIsEndedByTheNext(MongoServer server) {
        Backfills backfills = new Backfills(server);
        backfills.fill("users", 100);
        try (ClientSession crashed = backfills.client().startSession()) {
            crashed.startTransaction();
            backfills.collection("users").updateOne(crashed, Filters.eq("_id", 5), Updates.set("x", 1));
            backfills.leaveBehind("users", crashed);

            long changed =
                    backfills.of("users").update(Backfills.addOne()).once().run();

            assertThat(changed).isEqualTo(100);
        }
        assertThat(backfills.notOnce("users")).isEmpty();
        assertThat(backfills.collection("users").countDocuments(Filters.exists("x")))
                .isZero();
    }

    @Test
    void aStandaloneRefusesOnceAndSupportsTheRest(@On(Kind.STANDALONE) MongoServer server) {
        Backfills backfills = new Backfills(server).withoutTransactions();
        backfills.fill("users", 100);

        assertThatThrownBy(() ->
                        backfills.of("users").update(Backfills.addOne()).once().run())
                .hasMessageContaining("once() of backfill(\"users\") needs transactions")
                .isInstanceOfSatisfying(
                        MigopyException.class, e -> assertThat(e.kind()).isEqualTo(MigopyException.Kind.REFUSED));
        assertThat(backfills.collection("users").countDocuments(Filters.eq("n", 1)))
                .isZero();

        backfills.of("users").update(Backfills.addOne()).batch(30).run();
        assertThat(backfills.notOnce("users")).isEmpty();
    }
}

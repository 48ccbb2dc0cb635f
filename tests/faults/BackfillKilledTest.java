package faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.model.Filters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import mongo.backfill.Backfills;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import support.ClassArchive;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Scratch;

/** A backfill that is killed twice a second until it is done. */
@OnServer
class BackfillKilledTest {
    private static final int DOCUMENTS = 60_000;
    private static final int BATCH = 500;
    private static final int MOST_KILLS = 60;

    /** Each process changes so many before it is killed, even if that takes longer than half a second. */
    private static final int LEAST = DOCUMENTS / 4;

    @Test
    void withOnceNoDocumentIsChangedTwiceAndTheHashEqualsThatOfAnUndisturbedRun(MongoServer server) throws Exception {
        assertThat(killedUntilDone(server, "update", "once")).isPositive();
        assertThat(backfilled(server).notOnce()).isZero();
        String killed = hash(server);

        server.collection("users").drop();
        server.collection("records").drop();
        Backfills undisturbed = fill(server);
        undisturbed.of("users").update(Backfills.addOne()).once().run();

        assertThat(killed).isEqualTo(hash(server));
    }

    @Test
    void withOnceEachChangesNoDocumentTwice(MongoServer server) throws Exception {
        assertThat(killedUntilDone(server, "each", "once")).isPositive();

        assertThat(backfilled(server).notOnce()).isZero();
    }

    @Test
    void withoutOnceOnlyDocumentsOfTheCurrentBatchAreChangedAgain(MongoServer server) throws Exception {
        int kills = killedUntilDone(server, "each", "parallel");

        Count count = backfilled(server);
        assertThat(count.never()).isZero();
        // Two workers, and the server finishes a batch that was sent before the kill.
        assertThat(count.again()).isLessThanOrEqualTo(2L * BATCH * kills);
    }

    /** {@code --rounds 500} kills it 500 times, with new documents whenever it is done. */
    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // as many rounds as requested; each wait has its own limit
    void withOnceTheSumOfAllIncrementsIsExactAfterAnyNumberOfKills(MongoServer server) throws Exception {
        int rounds = Integer.getInteger("migopy.test.rounds", 3);
        Random random = new Random(Long.getLong("migopy.test.seed", 1));
        for (int kills = 0; kills < rounds; ) {
            server.collection("users").drop();
            server.collection("records").drop();
            fill(server);
            kills += killedAtRandom(server, random, rounds - kills);
            assertThat(sum(server)).as("after %d kills", kills).isEqualTo(DOCUMENTS);
        }
    }

    /** Kills it at most so often, then lets it finish; returns the number of kills. */
    private static int killedAtRandom(MongoServer server, Random random, int most) throws Exception {
        for (int kills = 0; ; kills++) {
            Document before = record(server);
            Process run = start(server, "each", "once");
            Eventually.until(
                    "it has started", () -> !run.isAlive() || !record(server).equals(before));
            boolean ended = kills < most
                    ? run.waitFor(random.nextInt(400), TimeUnit.MILLISECONDS)
                    : run.waitFor(2, TimeUnit.MINUTES);
            if (ended) {
                assertThat(run.exitValue()).as(Files.readString(errors())).isZero();
                return kills;
            }
            run.destroyForcibly().waitFor();
        }
    }

    private static long sum(MongoServer server) {
        Document sum = Document.parse("{$group: {_id: null, n: {$sum: '$n'}}}");
        return ((Number) server.collection("users")
                        .aggregate(List.of(sum))
                        .first()
                        .get("n"))
                .longValue();
    }

    private record Count(long never, long again) {
        long notOnce() {
            return never + again;
        }
    }

    private static Count backfilled(MongoServer server) {
        var users = server.collection("users");
        assertThat(users.countDocuments()).isEqualTo(DOCUMENTS);
        return new Count(users.countDocuments(Filters.eq("n", 0)), users.countDocuments(Filters.gt("n", 1)));
    }

    private static String hash(MongoServer server) {
        Document hashes = server.db().runCommand(new Document("dbHash", 1).append("collections", List.of("users")));
        return hashes.getString("md5");
    }

    private static Backfills fill(MongoServer server) {
        Backfills backfills = new Backfills(server);
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(new Document("_id", i).append("n", 0));
        }
        server.collection("users").insertMany(documents);
        return backfills;
    }

    /** Runs it again and again, each time for half a second or a little more; returns the number of kills. */
    private static int killedUntilDone(MongoServer server, String... calls) throws Exception {
        fill(server);
        for (int kills = 0; kills < MOST_KILLS; kills++) {
            Document before = record(server);
            long doneBefore = done(server);
            Process run = start(server, calls);
            Eventually.until(
                    "it has started", () -> !run.isAlive() || !record(server).equals(before));
            run.waitFor(500, TimeUnit.MILLISECONDS);
            Eventually.until(
                    "enough documents are changed",
                    Duration.ofMinutes(1),
                    () -> !run.isAlive() || done(server) >= doneBefore + LEAST);
            if (!run.isAlive()) {
                assertThat(run.exitValue()).as(Files.readString(errors())).isZero();
                return kills;
            }
            run.destroyForcibly().waitFor();
        }
        throw new AssertionError("not done after %d kills".formatted(MOST_KILLS));
    }

    private static long done(MongoServer server) {
        return server.collection("users").countDocuments(Filters.gt("n", 0));
    }

    private static Document record(MongoServer server) {
        Document record = server.collection("records").find().first();
        return record == null ? new Document() : record;
    }

    private static Path errors() {
        return Scratch.root().resolve("backfill-main.err");
    }

    private static Process start(MongoServer server, String... calls) throws IOException {
        var environment = Map.of("MONGO_URI", server.uri());
        List<String> command = ClassArchive.command(environment);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(BackfillMain.class.getName(), server.uri(), server.database()));
        command.addAll(List.of(calls));
        return new ProcessBuilder(command)
                .redirectError(errors().toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}

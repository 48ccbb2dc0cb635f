package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.source;
import static support.Migrations.transactional;
import static support.Migrations.upAndDown;
import static support.Project.project;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Run;

/**
 * Ends a rehearsal at a random moment, by a kill or a signal: the database stays as it was, and the next rehearsal leaves
 * nothing behind.
 *
 * <p>{@code --rounds N} sets the number of rounds, {@code --seed N} the seed of the moments.
 */
@OnServer
class RehearsalKilledTest {
    private static final int ROUNDS = Integer.getInteger("migopy.test.rounds", 3);
    private static final long SEED = Long.getLong("migopy.test.seed", System.nanoTime());
    private static final int DOCUMENTS = 3_000;

    private static Project filled(MongoServer server) {
        List<Document> users = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            users.add(new Document("_id", i).append("name", "Ada " + i).append("n", i));
        }
        server.collection("users").insertMany(users);
        server.collection("users").createIndex(new Document("n", 1));
        server.db().createView("newest", "users", List.of(new Document("$sort", new Document("_id", -1))));
        return project(server)
                .with(
                        "1_rename.java",
                        upAndDown(
                                "db().getCollection(\"users\").updateMany(new Document(), new Document(\"$rename\", new"
                                        + " Document(\"name\", \"title\")));",
                                "db().getCollection(\"users\").updateMany(new Document(), new Document(\"$rename\", new"
                                        + " Document(\"title\", \"name\")));"))
                .with("2_backfill.java", source("""
                    static void up() {
                        Migration.backfill("users").where(new Document("half", null)).batch(200)
                                .each(user -> new Document("$set", new Document("half", user.getInteger("n") / 2)))
                                .run();
                    }
                    """).replace("class Step", "@Resumable\nclass Step"))
                .with("3_transaction.java", transactional("three"))
                .with(
                        "4_index.java",
                        upAndDown(
                                "db().getCollection(\"users\").createIndex(new Document(\"half\", 1));",
                                "db().getCollection(\"users\").dropIndex(\"half_1\");"));
    }

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // as many as are asked for; a round has its limit
    void aRehearsalThatIsKilledOrSignalledAtAnyMomentLeavesNothingThatTheNextDoesNotClean(MongoServer server) {
        System.out.printf("rehearsal killer: %d rounds, --seed %d%n", ROUNDS, SEED);
        Project project = filled(server);
        String before = state(server);
        long span = Long.MAX_VALUE; // how long there is a copy, in the fastest run so far
        int interrupted = 0;
        int left = 0;
        for (int round = -1; round < ROUNDS; round++) { // the first one is only measured
            Random random = new Random(SEED + round);
            long moment = round < 0 ? Long.MAX_VALUE : (long) (span * 0.7 * random.nextDouble());
            Ended ended = ended(server, project, moment, Math.floorMod(round, 3));
            if (ended.by() == null) {
                span = Math.min(span, ended.nanos());
            } else {
                interrupted++;
            }
            boolean leftCopy = databases(server).size() > 1;
            left += leftCopy ? 1 : 0;
            assertThat(leftCopy && !"kill".equals(ended.by()))
                    .as("%s, seed %d", ended, SEED + round)
                    .isFalse();
            assertThat(state(server)).as("%s, seed %d", ended, SEED + round).isEqualTo(before);
            project.run("rehearse", "--here").exits(0).says("4 rehearsed, 0 with a finding");
            assertThat(databases(server)).as("seed %d", SEED + round).containsExactly(server.database());
            assertThat(state(server)).isEqualTo(before);
        }
        System.out.printf("rehearsal killer: %d of %d interrupted, %d left a copy%n", interrupted, ROUNDS, left);
        assertThat(interrupted).isGreaterThan(ROUNDS / 2 - 1);
    }

    /**
     * How a rehearsal ended.
     *
     * @param by what ended it; null if it was faster
     * @param nanos how long there was a copy
     */
    private record Ended(String by, int exitCode, long nanos) {}

    /** Ends it so many nanoseconds after there is a copy. */
    private static Ended ended(MongoServer server, Project project, long moment, int how) {
        try (Run run = project.start("rehearse", "--here")) {
            while (databases(server).size() == 1 && run.isRunning()) {
                Eventually.pause(Duration.ofMillis(2));
            }
            long start = System.nanoTime();
            while (System.nanoTime() - start < moment && run.isRunning()) {
                Eventually.pause(Duration.ofMillis(2));
            }
            if (!run.isRunning()) {
                run.ended().exits(0);
                return new Ended(null, 0, System.nanoTime() - start);
            }
            switch (how) {
                case 0 -> ProcessHandle.of(run.pid()).ifPresent(ProcessHandle::destroyForcibly);
                case 1 -> ProcessHandle.of(run.pid()).ifPresent(ProcessHandle::destroy);
                default -> run.interrupt();
            }
            return new Ended(
                    List.of("kill", "SIGTERM", "SIGINT").get(how), run.ended().exitCode(), System.nanoTime() - start);
        }
    }

    private static List<String> databases(MongoServer server) {
        return server.client().listDatabaseNames().into(new ArrayList<>()).stream()
                .filter(name -> name.startsWith(server.database()))
                .toList();
    }

    /** All documents and definitions. */
    private static String state(MongoServer server) {
        StringBuilder state = new StringBuilder(server.hash());
        for (Document one : server.db().listCollections().into(new ArrayList<>())) {
            state.append('\n').append(one.toJson());
        }
        server.collection("users")
                .listIndexes()
                .forEach(index -> state.append('\n').append(index.toJson()));
        return state.toString();
    }
}

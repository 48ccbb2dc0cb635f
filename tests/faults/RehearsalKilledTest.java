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
    private static final int ROUNDS = Integer.getInteger("migopy.test.rounds", 4);
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
        long start = System.nanoTime();
        project.start("rehearse", "--here").exits(0);
        long whole = System.nanoTime() - start;
        int left = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(SEED + round);
            String how = ended(project, (long) (whole * (0.3 + 0.65 * random.nextDouble())), round % 3);
            boolean leftCopy = databases(server).size() > 1;
            left += leftCopy ? 1 : 0;
            assertThat(leftCopy && !how.equals("killed"))
                    .as("%s, seed %d", how, SEED + round)
                    .isFalse();
            assertThat(state(server)).as(how).isEqualTo(before);
            project.run("rehearse", "--here").exits(0).says("4 rehearsed, 0 with a finding");
            assertThat(databases(server)).as("seed %d", SEED + round).containsExactly(server.database());
            assertThat(state(server)).isEqualTo(before);
        }
        System.out.printf("rehearsal killer: %d of %d left a copy%n", left, ROUNDS);
    }

    /** Ends it after so many nanoseconds, and returns how. */
    private static String ended(Project project, long moment, int how) {
        long start = System.nanoTime();
        try (Run run = project.start("rehearse", "--here")) {
            while (System.nanoTime() - start < moment && run.isRunning()) {
                Eventually.pause(Duration.ofMillis(2));
            }
            if (!run.isRunning()) {
                return "ended, exit code " + run.ended().exitCode();
            }
            if (how == 0) {
                ProcessHandle.of(run.pid()).ifPresent(ProcessHandle::destroyForcibly);
                run.ended();
                return "killed";
            }
            if (how == 1) {
                ProcessHandle.of(run.pid()).ifPresent(ProcessHandle::destroy);
            } else {
                run.interrupt();
            }
            return "signalled, exit code " + run.ended().exitCode();
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

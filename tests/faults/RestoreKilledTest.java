package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import com.mongodb.client.model.ReplaceOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;
import support.Run;

/**
 * Kills {@code dbrestore --drop} at a random moment, then runs {@code execute}: database and journal are
 * consistent, or it refuses.
 *
 * <p>{@code --rounds N} sets the number of kills, {@code --seed N} the seed of the moments.
 */
@OnServer
class RestoreKilledTest {
    private static final int ROUNDS = Integer.getInteger("migopy.test.rounds", 3);
    private static final long SEED = Long.getLong("migopy.test.seed", System.nanoTime());
    private static final int COLLECTIONS = 30;
    private static final Pattern HINT = Pattern.compile("dbrestore .*");

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // as many as are asked for; a round has its limit
    void databaseAndJournalAreConsistentAfterAnyKill(MongoServer server) {
        System.out.printf("restore killer: %d rounds, --seed %d%n", ROUNDS, SEED);
        Random random = new Random(SEED);
        Project project = project(server).lease("3s").with("1_one.java", marking("one"));
        set(server, "old");
        project.run("execute").exits(0);
        String dump = project.run("dbdump", "--json").exits(0).json().getString("folder");
        project.with("2_two.java", marking("two"));
        // Makes the replacement of collections long enough to be hit.
        server.failing("extra", "drop").blocking(Duration.ofMillis(800));
        int refused = 0;
        server.collection("extra").insertOne(new Document());
        long whole = killed(project, dump, Long.MAX_VALUE);
        for (int round = 0; round < ROUNDS; round++) {
            set(server, "new");
            server.collection("extra").insertOne(new Document());
            project.run("execute").exits(0);
            // Mostly towards the end, when collections are replaced.
            double from = round % 2 == 1 ? 0 : 0.7;
            long moment = (long) (whole * (from + (1 - from) * random.nextDouble()));
            whole = Math.min(whole, killed(project, dump, moment));
            Result execute = project.run("execute", "--json", "--wait", "20s");
            if (execute.exitCode() != 0) {
                refused++;
                assertThat(execute.exits(3).error().getString("kind")).isEqualTo("half_restored");
                assertThat(project.run("status").exitCode()).isEqualTo(3);
                Matcher hint = HINT.matcher(execute.error().getString("hint"));
                assertThat(hint.find()).as(execute.toString()).isTrue();
                project.run(hint.group().split(" ")).exits(0);
                assertThat(times(server)).containsExactly("old");
                assertThat(project.states()).containsOnlyKeys("1_one");
                project.run("execute").exits(0);
            }
            if ((round + 1) % 20 == 0) {
                System.out.printf("restore killer: round %d, %d half restored%n", round + 1, refused);
            }
            // Consistent: a migration in the journal has left its mark.
            assertThat(times(server)).as("round %d", round).hasSize(1);
            assertThat(project.states()).containsOnlyKeys("1_one", "2_two");
            assertThat(project.marks()).containsExactly("one", "two");
        }
        System.out.printf("restore killer: %d of %d were half restored%n", refused, ROUNDS);
        project.run("dbrestore", dump, "--drop", "--exact").exits(0);
        assertThat(server.db().listCollectionNames().into(new ArrayList<>()))
                .noneMatch(name -> name.startsWith("migopy_restore"));
    }

    /**
     * Starts a restore and kills it after a number of nanoseconds.
     *
     * @return how long it took if it ended before that, otherwise a very long time
     */
    private static long killed(Project project, String dump, long moment) {
        long start = System.nanoTime();
        try (Run restore = project.start("dbrestore", dump, "--drop", "--exact")) {
            while (System.nanoTime() - start < moment) {
                if (!restore.isRunning()) {
                    restore.exits(0);
                    return System.nanoTime() - start;
                }
                Eventually.pause(Duration.ofMillis(5));
            }
            ProcessHandle.of(restore.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
        return Long.MAX_VALUE;
    }

    private static void set(MongoServer server, String time) {
        for (int i = 0; i < COLLECTIONS; i++) {
            server.collection("c" + i)
                    .replaceOne(new Document("_id", 1), new Document("time", time), new ReplaceOptions().upsert(true));
        }
    }

    private static Set<String> times(MongoServer server) {
        List<String> times = new ArrayList<>();
        for (int i = 0; i < COLLECTIONS; i++) {
            times.add(server.collection("c" + i).find().first().getString("time"));
        }
        return new TreeSet<>(times);
    }
}

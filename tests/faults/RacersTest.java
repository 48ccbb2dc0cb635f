package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Eventually;
import support.MongoServer;
import support.OnServer;
import support.Run;

/** Several runners at once. Each is a JVM that runs {@code execute} once per round. */
@OnServer
class RacersTest {
    private static final int ROUNDS = 20;
    private static final Duration ROUND_LIMIT = Duration.ofSeconds(60);

    /** Every second one waits for the lock; the others exit. */
    private static final String RACE = """
        @Command void race() {
            int me = Integer.getInteger("racer");
            for (int round = 1; round <= %d; round++) {
                support.Signals.await("round-" + round);
                int exitCode = me %% 2 == 0
                        ? new migopy().run("execute", "--wait", "60s")
                        : new migopy().run("execute");
                support.Signals.send("exit-" + round + "-" + me + "-" + exitCode);
            }
        }
        """.formatted(ROUNDS);

    @ParameterizedTest
    @CsvSource({"2, 2", "10, 2"})
    void eachMigrationIsAppliedOnceAndTheOtherRunnersExit(int runners, int each, MongoServer server) throws Exception {
        var project = project(server).entry(RACE);
        List<Run> racers = new ArrayList<>();
        for (int i = 0; i < runners; i++) {
            racers.add(project.start(List.of("-Dracer=" + i), "race"));
        }
        List<String> marks = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            for (int i = 0; i < each; i++) {
                String mark = "%d_m%d".formatted(round * 10 + i, i);
                project.with(mark + ".java", marking(mark));
                marks.add(mark);
            }
            project.signal("round-" + round);
            List<Integer> exitCodes = exitCodes(project.folder(), round, runners, racers);
            for (int i = 0; i < runners; i++) {
                assertThat(exitCodes.get(i)).as("round %d, racer %d", round, i).isIn(0, i % 2 * 4);
            }
        }
        racers.forEach(racer -> racer.exits(0));
        // In any order: their _ids come from the clocks of several JVMs.
        assertThat(project.marks()).containsExactlyInAnyOrderElementsOf(marks);
        assertThat(project.states().values()).hasSize(marks.size()).containsOnly("applied");
        project.lockIsFree();
    }

    private static List<Integer> exitCodes(Path folder, int round, int runners, List<Run> racers) {
        List<Integer> exitCodes = new ArrayList<>();
        for (int i = 0; i < runners; i++) {
            Run racer = racers.get(i);
            String begin = "exit-%d-%d-".formatted(round, i);
            List<String> found = new ArrayList<>();
            Eventually.until(
                    "racer %d ends round %d".formatted(i, round),
                    ROUND_LIMIT,
                    () -> found.addAll(beginningWith(folder.resolve("signals"), begin)),
                    racer::soFar);
            exitCodes.add(Integer.parseInt(found.get(0).substring(begin.length())));
        }
        return exitCodes;
    }

    private static List<String> beginningWith(Path folder, String begin) {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(begin))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

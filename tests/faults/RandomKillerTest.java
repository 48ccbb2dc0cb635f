package faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Twenty migrations and several runners, which are killed, stopped, woken and cut off at random
 * until all is settled; then each effect is there once, and the journal tells the truth.
 *
 * <p>{@code MIGOPY_TEST_ROUNDS} says how many rounds; without it, as many as fit into a minute.
 * {@code MIGOPY_TEST_SEED} is the first round's seed, each next one's is one more.
 */
@OnServer
class RandomKillerTest {
    private static final Duration BUDGET = Duration.ofSeconds(60);
    private static final int MOST_ROUNDS = 30;

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // 500 rounds; a round has a limit of its own
    void whateverHappensEachEffectIsThereOnceAndTheJournalTellsTheTruth(
            @On(Kind.OWN) MongoServer server) {
        String rounds = System.getenv("MIGOPY_TEST_ROUNDS");
        String given = System.getenv("MIGOPY_TEST_SEED");
        long seed = given == null ? System.nanoTime() : Long.parseLong(given);
        int most = rounds == null ? MOST_ROUNDS : Integer.parseInt(rounds);
        System.out.println("random killer: MIGOPY_TEST_SEED=" + seed);
        long start = System.nanoTime();
        int done = 0;
        while (done < most && (rounds != null || System.nanoTime() - start < BUDGET.toNanos())) {
            new KillerRound(server, seed + done).play();
            done++;
        }
        System.out.printf(
                "random killer: %d rounds, %d s%n",
                done, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
        assertThat(done).isPositive();
    }
}

package faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Twenty migrations and several runners, which are killed, stopped, woken and cut off at random
 * until all is settled; then each effect is there once, and the journal tells the truth.
 *
 * <p>{@code --rounds N} says how many rounds; {@code --seed N} is the first round's seed, each next
 * one's is one more. Rounds are played side by side, each on a server of its own: much of one is
 * waiting for a lease to run out.
 */
@OnServer
class RandomKillerTest {
    private static final int ROUNDS = Integer.getInteger("migopy.test.rounds", 30);
    private static final long SEED = Long.getLong("migopy.test.seed", System.nanoTime());
    private static final int TELL_EVERY = 10;

    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final long start = System.nanoTime();
    private volatile boolean failed;

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // as many as are asked for; a round has its limit
    void whateverHappensEachEffectIsThereOnceAndTheJournalTellsTheTruth(
            @On(Kind.OWN) MongoServer one,
            @On(Kind.OWN) MongoServer two,
            @On(Kind.OWN) MongoServer three)
            throws InterruptedException, ExecutionException {
        System.out.println("random killer: %d rounds, --seed %d".formatted(ROUNDS, SEED));
        ExecutorService players = Executors.newCachedThreadPool();
        try {
            List<Future<Void>> played = new ArrayList<>();
            for (MongoServer server : List.of(one, two, three)) {
                played.add(players.submit(() -> play(server)));
            }
            for (Future<Void> each : played) {
                each.get();
            }
        } finally {
            players.shutdown();
            assertThat(players.awaitTermination(10, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(done).hasValue(ROUNDS);
    }

    private Void play(MongoServer server) throws IOException {
        for (int round; !failed && (round = begun.getAndIncrement()) < ROUNDS; ) {
            boolean settled = false;
            try (KillerRound killer = new KillerRound(server, SEED + round)) {
                killer.play();
                settled = true;
            } finally {
                failed |= !settled;
            }
            if (done.incrementAndGet() % TELL_EVERY == 0) {
                System.out.printf(
                        "random killer: %d rounds, %d s%n",
                        done.get(), TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
            }
        }
        return null;
    }
}

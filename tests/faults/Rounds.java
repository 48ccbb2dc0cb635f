package faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import support.MongoServer;

/**
 * Rounds of a random test, played in parallel, each on a server of its own, because a round mostly waits for leases to
 * run out. Each round's seed is one more than that of the previous round.
 */
final class Rounds {
    /** The number of rounds, if it is not the test's own. */
    static final String PROPERTY = "migopy.test.rounds";

    private static final int TELL_EVERY = 10;

    private final String name;
    private final int rounds;
    private final long seed = Long.getLong("migopy.test.seed", System.nanoTime());
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final long start = System.nanoTime();
    private volatile boolean failed;

    /** One round. */
    interface Round {
        void play(MongoServer server, long seed) throws Exception;
    }

    Rounds(String name, int byDefault) {
        this.name = name;
        this.rounds = Integer.getInteger(PROPERTY, byDefault);
    }

    /** Plays all rounds, and waits for their end. */
    void play(List<MongoServer> servers, Round round) throws InterruptedException, ExecutionException {
        System.out.println("%s: %d rounds, --seed %d".formatted(name, rounds, seed));
        ExecutorService players = Executors.newCachedThreadPool();
        try {
            List<Future<Void>> played = new ArrayList<>();
            for (MongoServer server : servers) {
                played.add(players.submit(() -> play(server, round)));
            }
            for (Future<Void> each : played) {
                each.get();
            }
        } finally {
            players.shutdown();
            assertThat(players.awaitTermination(10, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(done).hasValue(rounds);
    }

    private Void play(MongoServer server, Round round) throws Exception {
        for (int i; !failed && (i = begun.getAndIncrement()) < rounds; ) {
            boolean settled = false;
            try {
                round.play(server, seed + i);
                settled = true;
            } finally {
                failed |= !settled;
            }
            if (done.incrementAndGet() % TELL_EVERY == 0) {
                System.out.printf(
                        "%s: %d rounds, %d s%n",
                        name, done.get(), TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
            }
        }
        return null;
    }
}

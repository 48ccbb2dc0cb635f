package faults;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/**
 * Twenty migrations and several runners, which are killed, stopped, woken and cut off at random until all migrations
 * are applied. Then each effect has happened once, and the journal is right.
 *
 * <p>{@code --rounds N} sets the number of rounds; {@code --seed N} is the first round's seed, and each next seed is
 * one more.
 */
@OnServer
class RandomKillerTest {
    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // as many rounds as requested; each round has its own limit
    void eachEffectHappensOnceAndTheJournalIsRight(
            @On(Kind.OWN) MongoServer one, @On(Kind.OWN) MongoServer two, @On(Kind.OWN) MongoServer three)
            throws Exception {
        new Rounds("random killer", 15).play(List.of(one, two, three), (server, seed) -> {
            try (KillerRound round = new KillerRound(server, seed)) {
                round.play();
            }
        });
    }
}

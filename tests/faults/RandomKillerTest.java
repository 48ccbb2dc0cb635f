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
 * Twenty migrations and several runners, which are killed, stopped, woken and cut off at random
 * until all is settled; then each effect is there once, and the journal tells the truth.
 *
 * <p>{@code --rounds N} says how many rounds; {@code --seed N} is the first round's seed, each next
 * one's is one more.
 */
@OnServer
class RandomKillerTest {
    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // as many as are asked for; a round has its limit
    void whateverHappensEachEffectIsThereOnceAndTheJournalTellsTheTruth(
            @On(Kind.OWN) MongoServer one, @On(Kind.OWN) MongoServer two, @On(Kind.OWN) MongoServer three)
            throws Exception {
        new Rounds("random killer", 15).play(List.of(one, two, three), (server, seed) -> {
            try (KillerRound round = new KillerRound(server, seed)) {
                round.play();
            }
        });
    }
}

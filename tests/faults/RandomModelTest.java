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
 * Runners that execute and roll back are killed, stopped, woken, cut off, unlocked and deprived of their lock at
 * random. Each call of {@code up()} and {@code down()} records its effect in a second database, with which the journal
 * is compared all the time.
 *
 * <p>{@code --rounds N} and {@code --seed N} are those of {@link RandomKillerTest}; the default is a few rounds.
 */
@OnServer
class RandomModelTest {
    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // as many rounds as requested; each round has its own limit
    void theJournalMatchesTheEffectsAndNothingIsDoneTwice(@On(Kind.OWN) MongoServer one, @On(Kind.OWN) MongoServer two)
            throws Exception {
        new Rounds("random model", 2).play(List.of(one, two), (server, seed) -> {
            try (ModelRound round = new ModelRound(server, seed)) {
                round.play();
            }
        });
    }
}

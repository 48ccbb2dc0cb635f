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
 * Runners that execute and roll back are killed, stopped, woken, cut off, unlocked and robbed of
 * their lock at random. Each call of {@code up()} and {@code down()} says in a second database what
 * it did, and by that the journal is judged at every moment.
 *
 * <p>{@code --rounds N} and {@code --seed N} as for {@link RandomKillerTest}; few are played
 * without them.
 */
@OnServer
class RandomModelTest {
    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS) // as many as are asked for; a round has its limit
    void whateverHappensTheJournalSaysWhatWasDoneAndNothingIsDoneTwice(
            @On(Kind.OWN) MongoServer one, @On(Kind.OWN) MongoServer two) throws Exception {
        new Rounds("random model", 2).play(List.of(one, two), (server, seed) -> {
            try (ModelRound round = new ModelRound(server, seed)) {
                round.play();
            }
        });
    }
}

package faults;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** {@link RandomModelTest} on a replica set of three members; runs with {@code --rounds} only. */
@OnServer
@EnabledIfSystemProperty(named = Rounds.PROPERTY, matches = "[0-9]+")
class ThreeMembersModelTest {
    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS)
    void nothingIsDoneTwiceOnThreeMembers(@On(Kind.THREE_MEMBERS) MongoServer server) throws Exception {
        new Rounds("random model on three members", 0).play(List.of(server), (one, seed) -> {
            try (ModelRound round = new ModelRound(one, seed)) {
                round.play();
            }
        });
    }
}

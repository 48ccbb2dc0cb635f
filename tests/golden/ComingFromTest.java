package golden;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import golden.Manual.Example;
import java.util.List;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** The migrations on the pages of docs/coming-from; {@code mongo.peers} compares them with those of the other tools. */
@OnServer
class ComingFromTest {
    @Test
    void theMigrationsForUsersOfOtherToolsRun(MongoServer server) {
        List<Example> all = Manual.read().all("ours");
        assertThat(all).hasSize(8);
        for (Example example : all) {
            server.db().drop();
            project(server)
                    .with(example.fileName(), example.text())
                    .run("execute")
                    .exits(0);
        }
    }
}

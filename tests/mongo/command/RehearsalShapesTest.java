package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;
import static support.Project.project;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mongo.command.RehearsalShapes.Shape;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/** Real migrations are judged as a person would judge them. */
@OnServer
class RehearsalShapesTest {
    private static void judged(MongoServer server, List<Shape> shapes, int exitCode) {
        Project project = project(server);
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < shapes.size(); i++) {
            shapes.get(i).into(project, server, i + 1);
            expected.put(shapes.get(i).name(), shapes.get(i).verdict());
        }
        String before = server.hash();
        Result result = project.run("rehearse", "--here", "--json");
        Map<String, String> verdicts = RehearsalVerdict.of(result);
        assertThat(verdicts.keySet()).isEqualTo(expected.keySet());
        assertSoftly(softly -> expected.forEach((name, verdict) ->
                softly.assertThat(verdicts.get(name)).as(name).isEqualTo(verdict.replace("COPY", server.database() + "_rehearsal"))));
        result.exits(exitCode);
        assertThat(server.hash()).isEqualTo(before);
    }

    @Test
    void migrationsOfDocumentsThatAreSoundHaveNoFinding(MongoServer server) {
        judged(server, RehearsalShapes.ofDocuments(), 0);
    }

    @Test
    void migrationsOfCollectionsAndIndexesThatAreSoundHaveNoFinding(MongoServer server) {
        judged(server, RehearsalCatalogShapes.all(), 0);
    }

    @Test
    void whatAPersonWouldObjectToIsAFinding(MongoServer server) {
        judged(server, RehearsalFaultyShapes.thatEnd(), 7);
    }

    @Test
    void aMigrationThatFailsIsAFindingAndWhatItChangedIsShown(MongoServer server) {
        for (Shape shape : RehearsalFaultyShapes.thatFail()) {
            judged(server, List.of(shape), 7);
            server.db().drop();
        }
    }
}

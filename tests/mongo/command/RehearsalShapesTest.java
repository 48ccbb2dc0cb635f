package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import mongo.command.RehearsalShapes.Shape;
import org.junit.jupiter.api.Test;
import support.Checkout;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/** Real migrations get the right verdicts. */
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
        assertSoftly(softly -> expected.forEach((name, verdict) -> softly.assertThat(verdicts.get(name))
                .as(name)
                .isEqualTo(verdict.replace("COPY", server.database() + "_rehearsal"))));
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
    void aMistakeInUpOrDownIsAFinding(MongoServer server) {
        judged(server, RehearsalFaultyShapes.thatEnd(), 7);
    }

    @Test
    void aMigrationThatFailsIsAFindingAndWhatItChangedIsShown(MongoServer server) {
        for (Shape shape : RehearsalFaultyShapes.thatFail()) {
            judged(server, List.of(shape), 7);
            server.db().drop();
        }
    }

    @Test
    void theExamplesOfThisRepositoryHaveNoFinding(MongoServer server) throws IOException {
        Project project = project(server);
        try (Stream<Path> files = Files.list(Checkout.root().resolve("mongomigrations"))) {
            for (Path file : files.toList()) {
                project.with(file.getFileName().toString(), Files.readString(file));
            }
        }
        Result result = project.run("rehearse", "--here").exits(0).says("6 rehearsed, 0 with a finding");
        assertThat(result.out().lines().filter(line -> line.endsWith("down() leads back to the same state")))
                .hasSize(6);
    }
}

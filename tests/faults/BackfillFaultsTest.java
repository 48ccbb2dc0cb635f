package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Project.project;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Random;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.bson.types.MaxKey;
import org.bson.types.MinKey;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;

/** A backfill in a run of its own: a step-down, all types of {@code _id}, errors in the loop. */
@OnServer
class BackfillFaultsTest {
    private static final int DOCUMENTS = 100;
    private static final int BAD_VALUE = 2;

    /** In the client; waits at one document. */
    private static final String WAITING = """
        .each(user -> {
            if (Integer.valueOf(35).equals(user.get("_id"))) {
                support.Signals.send("in-up");
                support.Signals.await("go");
            }
            return new Document("$inc", new Document("n", 1));
        })
        """;

    private static final String IN_THE_SERVER = """
        .update(new Document("$set", new Document("n",
                new Document("$add", java.util.List.of("$n", 1)))))
        """;

    private static Project two(MongoServer server, String way) {
        String up = "static void up() { Migration.backfill(\"users\").batch(10)%s.run(); }";
        return project(server)
                .with("1_slow.java", source(up.formatted(way)).replace("class Step", "@Resumable\nclass Step"))
                .with("2_two.java", marking("two"));
    }

    private static void fill(MongoServer server, List<?> ids) {
        server.collection("users")
                .insertMany(ids.stream()
                        .map(id -> new Document("_id", id).append("n", 0))
                        .toList());
    }

    private static List<Integer> numbers() {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            ids.add(i);
        }
        return ids;
    }

    private static long changedOnce(MongoServer server) {
        return server.collection("users").countDocuments(new Document("n", 1));
    }

    @Test
    void aStepDownDoesNotFailTheRunAndEachDocumentIsChangedOnce(@On(Kind.OWN) MongoServer server) {
        fill(server, numbers());
        var project = two(server, WAITING).environment("MONGO_URI", server.uriOfSet());
        var run = project.start("execute").untilInUp();
        server.stepDown(1);
        project.signal("go");

        run.exits(0);

        assertThat(changedOnce(server)).isEqualTo(DOCUMENTS);
        assertThat(project.states().values()).containsOnly("applied").hasSize(2);
        project.lockIsFree();
    }

    @ParameterizedTest
    @ValueSource(strings = {IN_THE_SERVER, WAITING, ".once()" + WAITING})
    void idsOfAllTypesAreVisitedOnce(String way, MongoServer server) {
        List<Object> ids = new ArrayList<>(List.of(new MinKey(), new MaxKey(), true, false));
        for (int i = 0; i < 15; i++) {
            ids.add(i * 2);
            ids.add(i * 2 + 0.5);
            ids.add((1L << 40) + i);
            ids.add(new Decimal128(7_000 + i));
            ids.add("text " + i);
            ids.add(new ObjectId());
            ids.add(new Date(1_000L * i));
            ids.add(new Binary(new byte[] {(byte) i}));
            ids.add(new Document("a", i));
        }
        Collections.shuffle(ids, new Random(1));
        fill(server, ids);
        var project = two(server, way).signal("go");

        project.start("execute").exits(0);

        assertThat(changedOnce(server)).isEqualTo(ids.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"find", "update"})
    void anErrorInTheLoopFailsTheMigration(String command, MongoServer server) {
        fill(server, numbers());
        var project = two(server, WAITING).signal("go");
        var fault = server.failing("users", command).afterThe(3).withError(BAD_VALUE);

        project.start("execute").exits(1).says("1_slow");

        fault.close();
        assertThat(project.states()).containsOnlyKeys("1_slow").containsEntry("1_slow", "failed");
        long before = changedOnce(server);
        assertThat(before).isBetween(1L, DOCUMENTS - 1L);
        project.start("execute").exits(0);
        assertThat(changedOnce(server)).isEqualTo(DOCUMENTS);
        project.lockIsFree();
    }
}

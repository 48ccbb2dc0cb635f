package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.Mutations;
import support.OnServer;
import support.Project;
import support.Result;

/** Journal documents with random mutations. */
@OnServer
class MutatedJournalTest {
    /** The gate plays as many on its other JDK, with another seed. */
    private static final int DOCUMENTS = 5_000;

    private static final int AT_ONCE = 500;
    private static final int ALONE = 50;
    private static final int MUTATIONS = 3;
    private static final String[] STATES = {
        "running", "applied", "failed", "ignored", "rolling_back", "rollback_failed", "rolled_back"
    };

    private final long seed = Long.getLong("migopy.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Mutations mutations = new Mutations(random);

    @Test
    void noneOfThemCausesACrashOrIsOverwritten(MongoServer server) {
        System.out.printf("mutated journal: %,d documents, --seed %d%n", DOCUMENTS, seed);
        var project = project(server);
        for (int i = 1; i <= 4; i++) {
            project.with(i + "_m.java", marking("m" + i));
        }
        var journal = server.db().getCollection("migrations", BsonDocument.class);
        project.run("execute", "--to", "2").exits(0);
        BsonDocument sound = journal.find().first();
        for (int done = 0; done < DOCUMENTS; ) {
            // Some of them alone, since an unreadable one stops `execute` before it checks the others.
            int count = done < ALONE ? 1 : Math.min(AT_ONCE, DOCUMENTS - done);
            journal.drop();
            journal.insertMany(mutated(sound, count));
            survived(project, server, count);
            done += count;
        }
    }

    private void survived(Project project, MongoServer server, int count) {
        var journal = server.db().getCollection("migrations", BsonDocument.class);
        List<BsonDocument> before = journal.find().into(new ArrayList<>());
        List<String> collections = server.db().listCollectionNames().into(new ArrayList<>());
        String which = "seed %d".formatted(seed);

        Result status = project.run("status", "--json", "--all");
        assertThat(status.exitCode()).as("%s: %s", which, status.err()).isZero();
        long settled = before.stream().filter(MutatedJournalTest::isRolledBack).count();
        // A migration that was rolled back and has no file is not listed.
        assertThat(status.json().getList("migrations", Document.class).size())
                .as(which)
                .isGreaterThanOrEqualTo((int) (count - settled - 4));
        assertSound(project.run("status"), which, 0);
        assertSound(project.run("execute", "--dry-run"), which, 0, 3, 5);
        assertSound(project.run("execute", "3", "--dry-run"), which, 0, 2, 3, 5);
        assertSound(project.run("history"), which, 0);

        assertThat(journal.find().into(new ArrayList<>())).as(which).isEqualTo(before);
        assertThat(server.db().listCollectionNames().into(new ArrayList<>()))
                .containsExactlyInAnyOrderElementsOf(collections);
    }

    private static void assertSound(Result result, String which, Integer... exitCodes) {
        assertThat(result.exitCode())
                .as("%s: %s", which, result.err().lines().limit(5).toList())
                .isIn((Object[]) exitCodes);
        assertThat(result.err().lines().filter(line -> line.contains("\tat ")))
                .as("%s: %s", which, result.command())
                .isEmpty();
    }

    private static boolean isRolledBack(BsonDocument one) {
        return new BsonString("rolled_back").equals(one.get("state"));
    }

    private List<BsonDocument> mutated(BsonDocument sound, int count) {
        List<BsonDocument> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BsonDocument one = sound.clone();
            // Some belong to existing files, most do not.
            String name = i < 4 ? (i + 1) + "_m" : (i + 1) + "_x" + i;
            one.put("_id", new BsonString(name));
            one.put("name", new BsonString(name + ".java"));
            one.put("number", new BsonInt64(i + 1));
            one.put("state", new BsonString(STATES[random.nextInt(STATES.length)]));
            for (int n = random.nextInt(MUTATIONS + 1); n > 0; n--) {
                mutations.mutate(one, i);
            }
            all.add(one);
        }
        return all;
    }
}

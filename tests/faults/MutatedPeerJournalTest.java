package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bson.BsonDocument;
import org.bson.BsonObjectId;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import support.MongoServer;
import support.Mutations;
import support.OnServer;
import support.PeerJournals;
import support.PeerJournals.PeerFixture;
import support.Result;

/** Journals of other tools with random mutations. */
@OnServer
class MutatedPeerJournalTest {
    /** The mutated documents of each tool. The gate plays as many on its other JDK, with another seed. */
    private static final int DOCUMENTS = 500;

    /** The journals that are a mutated sample, and are registered too. */
    private static final int ALONE = 10;

    private static final int AT_ONCE = 320;
    private static final int MUTATIONS = 3;

    private final long seed = Long.getLong("migopy.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Mutations mutations = new Mutations(random);

    static List<PeerFixture> all() {
        return PeerJournals.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void noneOfThemCausesACrashOrIsChanged(PeerFixture journal, MongoServer server) {
        System.out.printf("mutated journal of %s: %d documents, --seed %d%n", journal.tool(), DOCUMENTS, seed);
        for (int done = 0; done < ALONE; done++) {
            List<BsonDocument> documents = documents(journal);
            for (int n = random.nextInt(MUTATIONS); n >= 0; n--) {
                mutations.mutate(documents.get(random.nextInt(documents.size())), n);
            }
            survived(journal, documents, server, true);
        }
        for (int done = ALONE; done < DOCUMENTS; done += AT_ONCE) {
            survived(journal, many(journal), server, false);
        }
    }

    private void survived(PeerFixture journal, List<BsonDocument> documents, MongoServer server, boolean apply) {
        var project = project(server).environment("MIGRATIONS_COLLECTION", "own");
        var collection = server.db().getCollection(journal.collection(), BsonDocument.class);
        collection.drop();
        server.collection("own").drop();
        collection.insertMany(documents);
        List<BsonDocument> before = collection.find().into(new ArrayList<>());
        String which = "seed %d: %s".formatted(seed, documents.size() > ALONE ? journal.tool() : documents);

        Result preview = project.run("adopt", "--from", journal.tool(), "--json");
        assertSound(preview, which, 0, 2, 7);
        assertSound(project.run("adopt", "--from", journal.tool()), which, preview.exitCode());
        if (apply) {
            Result applied = project.run("adopt", "--from", journal.tool(), "--apply");
            assertSound(applied, which, preview.exitCode() == 7 ? 3 : preview.exitCode());
            assertThat(server.collection("own").countDocuments() > 0 && preview.exitCode() != 0)
                    .as(which)
                    .isFalse();
            assertSound(project.run("status"), which, 0);
            assertSound(project.run("history"), which, 0);
        }
        assertThat(collection.find().into(new ArrayList<>())).as(which).isEqualTo(before);
    }

    private static List<BsonDocument> documents(PeerFixture journal) {
        return new ArrayList<>(
                journal.documents().stream().map(Document::toBsonDocument).toList());
    }

    private List<BsonDocument> many(PeerFixture journal) {
        List<BsonDocument> many = new ArrayList<>(documents(journal));
        for (int i = 0; i < AT_ONCE; i++) {
            BsonDocument one = documents(journal)
                    .get(random.nextInt(journal.documents().size()))
                    .clone();
            one.put("_id", new BsonObjectId(new ObjectId()));
            for (int n = random.nextInt(MUTATIONS); n >= 0; n--) {
                mutations.mutate(one, i);
            }
            many.add(one);
        }
        return many;
    }

    private static void assertSound(Result result, String which, Integer... exitCodes) {
        assertThat(result.exitCode())
                .as("%s: %s", which, result.err().lines().limit(5).toList())
                .isIn((Object[]) exitCodes);
        assertThat(result.err()).as(which).doesNotContain("\tat ");
    }
}

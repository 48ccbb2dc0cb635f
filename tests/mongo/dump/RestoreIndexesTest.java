package mongo.dump;

import static mongo.dump.Dumps.users;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.model.Collation;
import com.mongodb.client.model.CollationStrength;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.IndexOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import migopy.dump.RestoreAnswer;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** The indexes of a dump, and those that a server refuses. */
@OnServer
class RestoreIndexesTest {
    @Test
    void anIndexThatTheServerRefusesIsNamedAndDoesNotPreventTheRestore(MongoServer server) throws IOException {
        users(server, 10);
        server.collection("users").createIndex(new Document("n", 1));
        server.collection("users").createIndex(new Document("m", 1));
        var dumps = new Dumps(server).dropping();
        Path folder = dumps.dumped();
        // An index that contradicts the documents, as in a dump of an inconsistent database.
        Path metadata = folder.resolve(server.database()).resolve("users.metadata.json");
        Files.writeString(
                metadata,
                Files.readString(metadata).replace("\"name\": \"n_1\"", "\"name\": \"n_1\", \"unique\": true"));
        Files.delete(folder.resolve("manifest.json"));
        server.collection("users").deleteMany(new Document());

        RestoreAnswer answer = dumps.restore(folder);

        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(answer.refused()).hasSize(1);
        assertThat(answer.refused().get(0).index()).isEqualTo("n_1");
        assertThat(answer.refused().get(0).message())
                .contains("duplicate key", server.database() + ".users ")
                .doesNotContain("migopy_restore");
        assertThat(server.collection("users").countDocuments()).isEqualTo(10);
        assertThat(indexNames(server, "users")).containsExactlyInAnyOrder("_id_", "m_1");
    }

    @Test
    void legacyIndexKeysAreConvertedOnRequest(MongoServer server) throws IOException {
        Path folder = RestoreTest.mongodumps(
                server,
                "things",
                "{\"options\":{},\"indexes\":["
                        + "{\"v\":1,\"key\":{\"_id\":1},\"name\":\"_id_\",\"ns\":\"app.things\"},"
                        + "{\"v\":1,\"key\":{\"a\":true},\"name\":\"a_true\",\"ns\":\"app.things\"},"
                        + "{\"v\":1,\"key\":{\"b\":-1,\"c\":\"\"},\"name\":\"b_c\"}]}");

        RestoreAnswer refused = new Dumps(server).dropping().restore(folder);
        assertThat(refused.refused()).extracting("index").containsExactly("a_true", "b_c");
        assertThat(server.collection("things").countDocuments()).isEqualTo(1);

        assertThat(new Dumps(server).dropping().withoutIndexes().restore(folder).exitCode())
                .isZero();
        assertThat(indexNames(server, "things")).containsExactly("_id_");

        var converting = new Dumps(server).dropping().convertingLegacyIndexes();
        assertThat(converting.restore(folder).exitCode()).isZero();
        assertThat(server.collection("things").listIndexes())
                .extracting(index -> index.get("key", Document.class).toJson())
                .contains("{\"a\": 1}", "{\"b\": -1, \"c\": 1}");
    }

    @Test
    void anIndexOfVersion0IsBuiltWithTheServersVersion(MongoServer server) throws IOException {
        Path folder = RestoreTest.mongodumps(
                server,
                "things",
                "{\"options\":{},\"indexes\":[{\"v\":0,\"key\":{\"a\":1},\"name\":\"a_1\","
                        + "\"ns\":\"app.things\",\"unique\":true}]}");

        assertThat(new Dumps(server).restore(folder).exitCode()).isZero();

        assertThat(server.collection("things").listIndexes())
                .anyMatch(index -> index.getString("name").equals("a_1") && index.getBoolean("unique"));
    }

    @Test
    void optionsOfOldDumpsAreIgnored(MongoServer server) throws IOException {
        Path folder = RestoreTest.mongodumps(
                server,
                "things",
                "{\"options\":{\"create\":\"things\",\"temp\":false,\"flags\":1,"
                        + "\"autoIndexId\":true,\"capped\":true,\"size\":4096},\"indexes\":[]}");

        new Dumps(server).dropping().restore(folder);

        assertThat(server.collection("things").countDocuments()).isEqualTo(1);
        assertThat(server.db().listCollections().first().get("options", Document.class))
                .containsEntry("capped", true);
    }

    @Test
    void anOptionThatTheServerDoesNotKnowIsNamedAndLeftOut(MongoServer server) throws IOException {
        Path folder = RestoreTest.mongodumps(
                server,
                "things",
                "{\"options\":{\"fromTheFuture\":{\"a\":1},\"capped\":true,\"size\":4096},\"indexes\":[]}");
        Dumps dumps = new Dumps(server).dropping();

        assertThat(dumps.restore(folder).exitCode()).isZero();

        assertThat(dumps.notices())
                .contains("things: this server does not know the option fromTheFuture of the dump; the collection was"
                        + " created without it");
        assertThat(server.collection("things").countDocuments()).isEqualTo(1);
    }

    @Test
    void anErrorNamesTheCollectionAndNotItsTemporaryName(MongoServer server) throws IOException {
        Path folder = RestoreTest.mongodumps(
                server, "things", "{\"options\":{\"validator\":{\"$fromTheFuture\":1}},\"indexes\":[]}");

        RestoreAnswer answer = new Dumps(server).dropping().attempt(folder);

        assertThat(answer.error().getMessage())
                .contains("things", "$fromTheFuture")
                .doesNotContain("migopy_restore");
        assertThat(answer.error().hint()).doesNotContain("Fix");
    }

    @Test
    void anIndexKeepsTheSimpleCollationInACollectionOfAnother(MongoServer server) {
        server.db()
                .createCollection(
                        "people",
                        new CreateCollectionOptions()
                                .collation(Collation.builder()
                                        .locale("de")
                                        .collationStrength(CollationStrength.SECONDARY)
                                        .build()));
        server.collection("people")
                .insertMany(List.of(
                        new Document("_id", 1).append("login", "ada"), new Document("_id", 2).append("login", "ADA")));
        Collation simple = Collation.builder().locale("simple").build();
        server.collection("people")
                .createIndex(
                        new Document("login", 1),
                        new IndexOptions().unique(true).collation(simple));
        server.collection("people").createIndex(new Document("bio", "text"), new IndexOptions().collation(simple));
        server.collection("people").createIndex(new Document("name", 1));
        new Dumps(server).roundTrip();
        assertThat(new Dumps(server)
                        .dropping()
                        .restore(new Dumps(server).dumped())
                        .exitCode())
                .isZero();
    }

    private static List<String> indexNames(MongoServer server, String collection) {
        return server.collection(collection)
                .listIndexes()
                .map(index -> index.getString("name"))
                .into(new ArrayList<>());
    }
}

package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonArray;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.io.BasicOutputBuffer;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** Options and indexes are restored byte by byte, however they are stored. */
@OnServer
class MetadataTest {
    /** Documents of users that look like values of Extended JSON. */
    private static final List<BsonDocument> LOOKALIKES = List.of(
            field("$date", new BsonString("x")),
            field("$oid", new BsonString("x")),
            field("$oid", new BsonString("65f000000000000000000001")),
            field("$uuid", new BsonString("x")),
            field("$binary", new BsonString("x")),
            field("$timestamp", new BsonString("x")),
            field("$timestamp", field("t", new BsonInt32(1)).append("i", new BsonInt32(2))),
            field("$minKey", new BsonInt32(1)),
            field("$maxKey", new BsonString("x")),
            field("$numberInt", new BsonString("5")),
            field("$numberLong", new BsonString("5")),
            field("$numberDouble", new BsonString("NaN")),
            field("$numberDecimal", new BsonString("5")),
            field("$code", new BsonString("x")).append("$scope", new BsonDocument()),
            field("$symbol", new BsonString("x")),
            field("$undefined", new BsonInt32(1)),
            field("$dbPointer", new BsonString("x")),
            field("$regularExpression", field("pattern", new BsonString("a"))),
            field("$regularExpression", field("pattern", new BsonString("a")).append("options", new BsonString("i"))));

    @Test
    void aViewWhoseLiteralsLookLikeExtendedJsonIsRestoredUnchanged(MongoServer server) {
        server.collection("t").insertOne(new Document("_id", 1));
        for (int i = 0; i < LOOKALIKES.size(); i++) {
            createView(server, "v" + i, field("x", field("$literal", LOOKALIKES.get(i))));
        }
        comesBack(server, new Dumps(server));
    }

    @Test
    void allTypesInAViewAreRestoredFromPlainMetadata(MongoServer server) throws Exception {
        createView(server, "v", field("x", field("$literal", BsonTypes.all())));
        Dumps dumps = new Dumps(server);
        comesBack(server, dumps);

        // Another tool reads the same JSON as in a dump by mongodump.
        Path metadata = dumps.dumped().resolve(server.database()).resolve("v.metadata.json");
        assertThat(Files.readString(metadata)).startsWith("{\"options\"");
    }

    @Test
    void aViewAndAnIndexWithADuplicateKeyAreRestoredUnchanged(MongoServer server) {
        createView(server, "v", field("x", field("$literal", twice("a"))));
        BsonDocument index = field("key", field("n", new BsonInt32(1)))
                .append("name", new BsonString("n"))
                .append("partialFilterExpression", twice("n"));
        server.db()
                .runCommand(
                        field("createIndexes", new BsonString("t")).append("indexes", new BsonArray(List.of(index))));
        server.db().runCommand(field("create", new BsonString("validated")).append("validator", twice("n")));
        comesBack(server, new Dumps(server));
    }

    @Test
    void toolsThatDoNotKnowTheBsonInMetadataIgnoreIt(MongoServer server) throws Exception {
        createView(server, "v", field("x", field("$literal", LOOKALIKES.get(0))));
        Path metadata = new Dumps(server).dumped().resolve(server.database()).resolve("v.metadata.json");

        assertThat(Files.readString(metadata))
                .startsWith("{\"migopyBson\": \"")
                .contains("\"options\": {\"viewOn\": \"t\"", "\"collectionName\": \"v\"");
    }

    private static void comesBack(MongoServer server, Dumps dumps) {
        Map<String, String> before = listed(server);
        Path folder = dumps.dumped();
        server.db().drop();
        dumps.restore(folder);
        assertThat(listed(server)).isEqualTo(before);
    }

    /** In hexadecimal digits, because equal maps may have lost a duplicate key. */
    private static Map<String, String> listed(MongoServer server) {
        Map<String, String> options = new TreeMap<>();
        for (RawBsonDocument listed : server.db().listCollections(RawBsonDocument.class)) {
            String name = listed.getString("name").getValue();
            options.put(name, hex(listed.getDocument("options")));
            if (listed.getString("type").getValue().equals("collection")) {
                for (RawBsonDocument index : server.collection(name).listIndexes(RawBsonDocument.class)) {
                    options.put(name + "." + index.getString("name").getValue(), hex(index));
                }
            }
        }
        return options;
    }

    private static String hex(BsonDocument document) {
        RawBsonDocument raw = (RawBsonDocument) document;
        int start = raw.getByteOffset();
        return HexFormat.of().formatHex(raw.getBackingArray(), start, start + raw.getByteLength());
    }

    private static void createView(MongoServer server, String name, BsonDocument projection) {
        server.db()
                .runCommand(field("create", new BsonString(name))
                        .append("viewOn", new BsonString("t"))
                        .append("pipeline", new BsonArray(List.of(field("$project", projection)))));
    }

    private static BsonDocument field(String name, BsonValue value) {
        return new BsonDocument(name, value);
    }

    private static RawBsonDocument twice(String name) {
        BasicOutputBuffer bytes = new BasicOutputBuffer();
        try (BsonBinaryWriter writer = new BsonBinaryWriter(bytes)) {
            writer.writeStartDocument();
            writer.writeInt32(name, 1);
            writer.writeInt32(name, 2);
            writer.writeEndDocument();
        }
        return new RawBsonDocument(bytes.toByteArray());
    }
}

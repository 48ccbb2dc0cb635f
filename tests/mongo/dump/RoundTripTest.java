package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.CreateViewOptions;
import com.mongodb.client.model.Filters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.IntStream;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** A restored database equals the dumped one, by the server's own hash. */
@OnServer
class RoundTripTest {
    @Test
    void everyBsonTypeIsRestored(MongoServer server) {
        everyType(server);
        new Dumps(server).roundTrip();
    }

    @Test
    void everyBsonTypeIsRestoredFromCompressedFiles(MongoServer server) {
        everyType(server);
        var dumps = new Dumps(server).gzip();
        dumps.roundTrip();
        assertThat(Dumps.files(dumps.directory()))
                .allMatch(file -> file.endsWith(".gz") || file.endsWith("manifest.json"));
    }

    @Test
    void everyBsonTypeIsRestoredOnAnOlderServer(@On(Kind.MONGODB_5) MongoServer server) {
        everyType(server);
        EveryKind.timeSeries(server);
        new Dumps(server).roundTrip();
    }

    @Test
    void everyKindOfCollectionIsRestoredOnAStandalone(@On(Kind.STANDALONE) MongoServer server) {
        everyType(server);
        EveryKind.fill(server);
        var dumps = new Dumps(server);
        dumps.roundTrip();
        assertThat(dumps.notices()).anyMatch(notice -> notice.contains("no snapshots"));
    }

    private static void everyType(MongoServer server) {
        MongoCollection<BsonDocument> collection = server.db().getCollection("types", BsonDocument.class);
        collection.insertOne(BsonTypes.all());
        for (BsonValue value : BsonTypes.values()) {
            BsonType type = value.getBsonType();
            boolean isId = type != BsonType.ARRAY
                    && type != BsonType.REGULAR_EXPRESSION
                    && type != BsonType.UNDEFINED
                    && !(value.isDocument() && value.asDocument().containsKey("$c"));
            BsonDocument id = isId ? new BsonDocument("_id", value) : new BsonDocument();
            if (collection.countDocuments(id) == 0 || id.isEmpty()) {
                collection.insertOne(id.append("value", value));
            }
        }
    }

    @Test
    void anEmptyTimestampStaysEmpty(MongoServer server) {
        // An insert would replace it by the server's time, so a pipeline writes it.
        var collection = server.db().getCollection("stamps", BsonDocument.class);
        BsonDocument document = BsonDocument.parse("{_id: 1, at: {$timestamp: {t: 0, i: 0}}, b: '$x'}");
        collection.insertOne(document.clone());
        collection.updateOne(Filters.eq(1), List.of(new Document("$replaceWith", new Document("$literal", document))));
        assertThat(collection.find().first().getTimestamp("at")).isEqualTo(new BsonTimestamp(0, 0));

        new Dumps(server).roundTrip();
    }

    @Test
    void fiftyIndexesOfAllKindsAreRestored(MongoServer server) {
        var collection = server.collection("indexed");
        collection.insertOne(
                new Document("a", 1).append("place", List.of(1.0, 2.0)).append("text", "x"));
        List<Document> indexes = new ArrayList<>();
        for (String json : List.of(
                "{key: {a: 1}, name: 'ascending'}",
                "{key: {a: -1}, name: 'descending'}",
                "{key: {a: 1, b: -1, 'c.d': 1}, name: 'compound'}",
                "{key: {unique: 1}, name: 'unique', unique: true, sparse: true}",
                "{key: {at: 1}, name: 'ttl', expireAfterSeconds: 100000}",
                "{key: {p: 1}, name: 'partial', partialFilterExpression: {p: {$type: 'int',"
                        + " $gt: {$numberLong: '5'}}}}",
                "{key: {r: 1}, name: 'partial_type', partialFilterExpression: {r: {$type:" + " 2}}}",
                "{key: {n: 1}, name: 'collated', collation: {locale: 'de', strength: 2}}",
                "{key: {h: 'hashed'}, name: 'hashed'}",
                "{key: {place: '2d'}, name: 'flat', bits: 20, min: -90, max: 90}",
                "{key: {sphere: '2dsphere'}, name: 'sphere'}",
                "{key: {text: 'text', title: 'text'}, name: 'text', weights: {title: 5},"
                        + " default_language: 'german'}",
                "{key: {'$**': 1}, name: 'wildcard', wildcardProjection: {x: 1}}",
                "{key: {'deep.$**': 1}, name: 'wildcard_below'}",
                "{key: {hidden: 1}, name: 'hidden', hidden: true}",
                "{key: {floating: 1.0}, name: 'floating'}",
                "{key: {long: {$numberLong: '1'}}, name: 'long'}",
                "{key: {'ünï code': 1}, name: 'ünï \"code\" %'}")) {
            indexes.add(Document.parse(json));
        }
        IntStream.range(indexes.size(), 50)
                .forEach(i -> indexes.add(new Document("key", new Document("f" + i, 1)).append("name", "f" + i)));
        server.db().runCommand(new Document("createIndexes", "indexed").append("indexes", indexes));

        var dumps = new Dumps(server);
        dumps.roundTrip();
        assertThat(collection.listIndexes().into(new ArrayList<>())).hasSize(51);
    }

    /**
     * Every server since 3.0 refuses a dollar in a collection's name; {@link BsonTypes} has one in a field's
     * name.
     */
    @Test
    void namesWithDotsSpacesUmlautsAndPercentsAreRestored(MongoServer server) {
        String longName = "länge".repeat(33);
        List<String> names = List.of(
                "a.b.c",
                "two words",
                "Übermäßig",
                "100%",
                "%24",
                "a+b",
                "a/b\\c",
                "-",
                "\"quoted\"",
                "名前",
                "tab\there",
                "x".repeat(150),
                longName,
                "~*'()!",
                "migrations");
        for (String name : names) {
            server.collection(name).insertOne(new Document("_id", name));
        }
        var dumps = new Dumps(server);
        dumps.roundTrip();
        assertThat(server.db().listCollectionNames()).containsAll(names);

        Path folder = dumps.dumped();
        assertThat(Dumps.files(folder))
                .contains(
                        server.database() + "/two+words.bson",
                        server.database() + "/100%25.metadata.json",
                        server.database() + "/%C3%9Cberm%C3%A4%C3%9Fig.bson",
                        server.database() + "/~%2A%27%28%29%21.bson")
                .anyMatch(file -> file.matches(".*/l%C3%A4nge.{198}%24[A-Za-z0-9_-]{27}\\.bson"));
    }

    @Test
    void aMillionDocumentsAreRestored(MongoServer server) {
        server.collection("one").insertOne(new Document());
        server.collection("one")
                .aggregate(List.of(
                        Document.parse("{$project: {_id: {$range: [0, 1000000]}}}"),
                        Document.parse("{$unwind: '$_id'}"),
                        Document.parse("{$set: {name: {$toString: '$_id'}}}"),
                        new Document("$out", "million")))
                .toCollection();
        var dumps = new Dumps(server);

        dumps.roundTrip();

        assertThat(server.collection("million").countDocuments()).isEqualTo(1_000_000);
        // A fast machine checks them between two progress events.
        assertThat(dumps.progress()).contains("million", "million ended", "checking million ended");
    }

    @Test
    void twoHundredCollectionsAreRestored(MongoServer server) {
        for (int i = 0; i < 200; i++) {
            server.collection("c" + i).insertMany(documents(i % 7 + 1));
        }
        var dumps = new Dumps(server);
        dumps.roundTrip();
        assertThat(dumps.dump().collections()).hasSize(200);
    }

    @Test
    void everyKindOfCollectionIsRestored(MongoServer server) {
        EveryKind.fill(server);
        new Dumps(server).roundTrip();
    }

    @Test
    void everyKindOfCollectionReplacesAnExistingOne(MongoServer server) {
        EveryKind.fill(server);
        Dumps.Look before = Dumps.look(server.db());
        var dumps = new Dumps(server).dropping();
        Path folder = dumps.dumped();
        server.collection("empty").insertOne(new Document());
        server.collection("capped").insertOne(new Document());
        server.collection("weather").insertOne(new Document("at", new Date()));
        server.collection("plain").drop();
        server.db().createView("plain", "empty", List.of(), new CreateViewOptions().collation(EveryKind.GERMAN));

        dumps.restore(folder);

        assertThat(Dumps.look(server.db())).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void aDatabaseIsRestoredUnderAnotherName(MongoServer server) {
        EveryKind.fill(server);
        String other = server.database() + "_other";
        var dumps = new Dumps(server).to(other);
        dumps.restore(dumps.dumped());

        Dumps.Look there = Dumps.look(server.client().getDatabase(other));
        Dumps.Look here = Dumps.look(server.db());
        there.hashes().remove("system.views"); // it contains the database's name
        here.hashes().remove("system.views");
        assertThat(there.hashes()).isEqualTo(here.hashes());
        assertThat(there.indexes()).isEqualTo(here.indexes());
        assertThat(there.collections().keySet()).isEqualTo(here.collections().keySet());
    }

    @Test
    void anEmptyDatabaseIsDumpedAsAnEmptyDump(MongoServer server) {
        var dumps = new Dumps(server);
        assertThat(dumps.restore(dumps.dumped()).collections()).isEmpty();
    }

    private static List<Document> documents(int count) {
        return EveryKind.documents(count);
    }
}

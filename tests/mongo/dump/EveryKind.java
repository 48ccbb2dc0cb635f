package mongo.dump;

import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.ClusteredIndexOptions;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.CollationStrength;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.CreateViewOptions;
import com.mongodb.client.model.InsertOneOptions;
import com.mongodb.client.model.TimeSeriesOptions;
import com.mongodb.client.model.ValidationAction;
import com.mongodb.client.model.ValidationOptions;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.bson.Document;
import org.bson.types.Code;
import support.MongoServer;

/** A collection of every kind, each with something that is easily lost. */
final class EveryKind {
    static final Collation GERMAN = Collation.builder()
            .locale("de")
            .collationStrength(CollationStrength.SECONDARY)
            .build();

    private EveryKind() {}

    static void fill(MongoServer server) {
        var db = server.db();
        db.createCollection("empty");
        server.collection("plain").insertMany(documents(300));
        db.createView(
                "view",
                "plain",
                List.of(
                        Aggregates.match(Document.parse("{text: {$regex: '^a', $options: 'i'}, n: {$type: 16}}")),
                        Aggregates.project(Document.parse("{_id: 0, at: {$date: '2026-01-01T00:00:00Z'}}"))),
                new CreateViewOptions().collation(GERMAN));
        db.createCollection(
                "capped",
                new CreateCollectionOptions().capped(true).sizeInBytes(4096).maxDocuments(20));
        server.collection("capped").insertMany(documents(33));
        db.createCollection("collated", new CreateCollectionOptions().collation(GERMAN));
        server.collection("collated").insertOne(new Document("_id", "Äpfel"));
        db.createCollection(
                "validated",
                new CreateCollectionOptions()
                        .validationOptions(new ValidationOptions()
                                .validator(Document.parse("{n: {$type: 'int'}, name: {$regex:" + " '^a'}}"))
                                .validationAction(ValidationAction.ERROR)));
        // As if it were older than its validator.
        server.collection("validated")
                .insertOne(new Document("n", "no"), new InsertOneOptions().bypassDocumentValidation(true));
        server.collection("system.js").insertOne(new Document("_id", "f").append("value", new Code("function(){}")));
        timeSeries(server);
        if (!server.admin(new Document("buildInfo", 1)).getString("version").startsWith("5.")) {
            db.createCollection(
                    "clustered",
                    new CreateCollectionOptions()
                            .clusteredIndexOptions(
                                    new ClusteredIndexOptions(new Document("_id", 1), true).name("the key")));
            server.collection("clustered").insertMany(documents(50));
        }
    }

    static void timeSeries(MongoServer server) {
        server.db()
                .createCollection(
                        "weather",
                        new CreateCollectionOptions()
                                .timeSeriesOptions(new TimeSeriesOptions("at").metaField("place"))
                                .expireAfter(100, TimeUnit.DAYS));
        // While the collection is empty: MongoDB 5.0.4 sometimes crashes when it builds this index from
        // documents.
        server.collection("weather").createIndex(new Document("place.town", 1).append("at", -1));
        List<Document> measured = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            measured.add(new Document("at", new Date(System.currentTimeMillis() - i * 60_000L))
                    .append("place", new Document("town", "t" + i % 5))
                    .append("celsius", i * 0.5));
        }
        server.collection("weather").insertMany(measured);
    }

    static List<Document> documents(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Document("_id", i)
                        .append("text", "abc".repeat(i % 40))
                        .append("n", i))
                .toList();
    }
}

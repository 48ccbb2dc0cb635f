package mongo.backfill;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import migopy.MigopyException;
import migopy.backfill.Backfill;
import migopy.backfill.BackfillContext;
import migopy.backfill.BackfillContext.LeaseCheck;
import migopy.backfill.BackfillContext.StopRequested;
import migopy.backfill.Checkpoints;
import migopy.backfill.Checkpoints.Control;
import migopy.console.Event;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.conversions.Bson;
import support.MongoServer;

/** Backfills of a test's database, with a record that stores their checkpoint as the journal does. */
public final class Backfills {
    private static final Bson RECORD = Filters.eq("_id", "7_change");

    private final MongoClient client;
    private final MongoDatabase database;
    private final MongoCollection<BsonDocument> records;
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final List<Runnable> afterCheckpoints = new ArrayList<>();
    private LeaseCheck lease = () -> {};
    private boolean transactions = true;
    private Duration maxLag = BackfillContext.MAX_LAG;
    private long fence = 1;
    private String text = "first";

    public Backfills(MongoServer server) {
        this(server, server.uri());
    }

    public Backfills(MongoServer server, String uri) {
        this(MongoClients.create(uri), server.database());
        server.closeAtEnd(client);
    }

    public Backfills(MongoClient client, String database) {
        this.client = client;
        this.database = client.getDatabase(database);
        this.records = this.database.getCollection("records", BsonDocument.class);
        records.updateOne(RECORD, Updates.setOnInsert("fence", fence), new UpdateOptions().upsert(true));
    }

    /** As on a standalone. */
    public Backfills withoutTransactions() {
        transactions = false;
        return this;
    }

    Backfills lease(LeaseCheck check) {
        lease = check;
        return this;
    }

    /** Sets the migration's text. */
    Backfills text(String edited) {
        text = edited;
        return this;
    }

    /** Requests a stop after so many checks of the lease. */
    void stopAfter(int most) {
        AtomicInteger checks = new AtomicInteger();
        lease(() -> {
            if (checks.incrementAndGet() > most) {
                throw new StopRequested("SIGTERM");
            }
        });
    }

    Backfills maxLag(Duration lag) {
        maxLag = lag;
        return this;
    }

    /** Calls the action after each checkpoint that is written. */
    Backfills afterCheckpoints(Runnable action) {
        afterCheckpoints.add(action);
        return this;
    }

    /** Returns a backfill that continues from the checkpoint in the record. */
    public Backfill of(String collection) {
        return Backfill.of(
                new BackfillContext(
                        client,
                        database,
                        "7_change",
                        new Checkpoints(
                                "7_change",
                                text,
                                stored(),
                                (ordinal, checkpoint, session) -> write(checkpoint, session)),
                        lease,
                        events::add,
                        transactions,
                        false,
                        maxLag),
                collection);
    }

    private BsonDocument stored() {
        BsonDocument kept = checkpoint();
        return kept == null ? new BsonDocument() : new BsonDocument("1", kept);
    }

    private Control write(BsonDocument checkpoint, ClientSession session) {
        Bson filter = Filters.and(RECORD, Filters.eq("fence", fence));
        Bson set = Updates.set("checkpoint", checkpoint);
        FindOneAndUpdateOptions after = new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER);
        BsonDocument record = session == null
                ? records.findOneAndUpdate(filter, set, after)
                : records.findOneAndUpdate(session, filter, set, after);
        if (record == null) {
            throw MigopyException.unknown("overtaken", "Nothing to type");
        }
        afterCheckpoints.forEach(Runnable::run);
        return record.containsKey("control")
                ? Control.valueOf(record.getString("control").getValue())
                : Control.RUN;
    }

    /** Leaves a request of another terminal in the record. */
    void request(Control control) {
        records.updateOne(RECORD, Updates.set("control", control.name()));
    }

    /** Raises the fence, as another run does that takes over. */
    void overtake() {
        records.updateOne(RECORD, Updates.inc("fence", 1L));
    }

    /** The stored checkpoint, or null. */
    BsonDocument checkpoint() {
        BsonDocument record = records.find(RECORD).first();
        return record.containsKey("checkpoint") ? record.getDocument("checkpoint") : null;
    }

    /** Stores the checkpoint of a run that crashed in this session, before its first batch was done. */
    void leaveBehind(String collection, ClientSession session) {
        BsonDocument checkpoint = new BsonDocument("collection", new BsonString(collection))
                .append("way", new BsonString("update"))
                .append("state", new BsonString("running"))
                .append("pass", new BsonInt32(1))
                .append("exclusive", BsonBoolean.TRUE)
                .append("segments", new BsonArray(List.of(new BsonDocument())));
        BsonValue id = session.getServerSession().getIdentifier().get("id");
        checkpoint.append("sessions", new BsonArray(List.of(id)));
        records.updateOne(RECORD, Updates.set("checkpoint", checkpoint));
    }

    MongoCollection<Document> collection(String name) {
        return database.getCollection(name);
    }

    MongoDatabase database() {
        return database;
    }

    MongoClient client() {
        return client;
    }

    /** Inserts documents with {@code _id} 0, 1, 2 ... and {@code n} 0. */
    void fill(String name, int count) {
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            documents.add(new Document("_id", i).append("n", 0));
        }
        collection(name).insertMany(documents);
    }

    /** Returns the documents that were not changed exactly once. */
    List<Document> notOnce(String name) {
        return collection(name).find(Filters.ne("n", 1)).into(new ArrayList<>());
    }

    List<String> notices() {
        return events.stream()
                .filter(Event.Notice.class::isInstance)
                .map(event -> ((Event.Notice) event).text())
                .toList();
    }

    List<Event.Progress> progress() {
        return events.stream()
                .filter(Event.Progress.class::isInstance)
                .map(Event.Progress.class::cast)
                .toList();
    }

    /** A pipeline stage that adds one to {@code n}, so that a second change shows. */
    public static Bson addOne() {
        return new Document("$set", new Document("n", new Document("$add", List.of("$n", 1))));
    }
}

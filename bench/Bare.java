import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.ReadConcern;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import com.mongodb.connection.ServerMonitoringMode;

import org.bson.Document;
import org.bson.conversions.Bson;

import java.util.Date;
import java.util.List;

/**
 * The least that a JVM can do with this driver. For a status: connect, read the journal, print one
 * number. For an execute: take the lock, read the journal, the migrations' own writes and those by
 * which a journal knows after a crash what was begun, and give the lock back. No file is read, no
 * class compiled or loaded, nothing checked, and one thread does all of it.
 */
public class Bare {
    private static final UpdateOptions UPSERT = new UpdateOptions().upsert(true);

    /** By the server's clock, as Migopy takes it. */
    private static final List<Document> TAKEN =
            List.of(
                    new Document(
                            "$set",
                            new Document("owner", "bare")
                                    .append("acquiredAt", "$$NOW")
                                    .append(
                                            "expiresAt",
                                            new Document("$add", List.of("$$NOW", 30_000)))));

    /**
     * @param args the server's URI and the database; for an execute, how many migrations
     */
    public static void main(String... args) {
        MongoClientSettings settings =
                MongoClientSettings.builder()
                        .applyConnectionString(new ConnectionString(args[0]))
                        .applyToServerSettings(
                                server -> server.serverMonitoringMode(ServerMonitoringMode.POLL))
                        .build();
        try (var client = MongoClients.create(settings)) {
            MongoDatabase database = client.getDatabase(args[1]);
            System.out.println(
                    args.length > 2
                            ? executed(database, Integer.parseInt(args[2]))
                            : applied(database.getCollection("migrations")));
        }
    }

    private static long applied(MongoCollection<Document> journal) {
        long applied = 0;
        for (Document entry :
                journal.find().projection(Projections.exclude("source", "output", "attempts"))) {
            applied += "applied".equals(entry.getString("state")) ? 1 : 0;
        }
        return applied;
    }

    /** The end of one and the begin of the next in one command, as Migopy writes them. */
    private static int executed(MongoDatabase database, int count) {
        var journal = database.getCollection("migrations");
        var done = database.getCollection("done");
        var lock = database.getCollection("migrations_lock");
        Bson nobodys = Filters.and(Filters.eq("_id", "lock"), Filters.exists("owner", false));
        lock.findOneAndUpdate(nobodys, TAKEN, new FindOneAndUpdateOptions().upsert(true));
        if (applied(journal.withReadConcern(ReadConcern.MAJORITY)) > 0) {
            throw new IllegalStateException("There is something applied already");
        }
        journal.bulkWrite(List.of(begin(1)));
        for (int i = 1; i <= count; i++) {
            done.insertOne(new Document("n", i));
            journal.bulkWrite(i < count ? List.of(end(i), begin(i + 1)) : List.of(end(i)));
        }
        lock.findOneAndUpdate(Filters.eq("owner", "bare"), Updates.unset("owner"));
        return count;
    }

    private static UpdateOneModel<Document> begin(int i) {
        return new UpdateOneModel<>(
                Filters.and(Filters.eq("_id", i + "_bench"), Filters.exists("state", false)),
                Updates.combine(
                        Updates.set("state", "running"),
                        Updates.set("startedAt", new Date()),
                        Updates.set("source", "class Bench%d {}".formatted(i))),
                UPSERT);
    }

    private static UpdateOneModel<Document> end(int i) {
        return new UpdateOneModel<>(
                Filters.and(Filters.eq("_id", i + "_bench"), Filters.eq("state", "running")),
                Updates.combine(
                        Updates.set("state", "applied"), Updates.set("finishedAt", new Date())),
                UPSERT);
    }
}

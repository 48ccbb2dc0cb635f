import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Projections;
import com.mongodb.connection.ServerMonitoringMode;

import org.bson.Document;

/** The least that a JVM can do for a status: connect, read the journal, print one number. */
public class Bare {
    /**
     * @param args the server's URI and the database
     */
    public static void main(String... args) {
        MongoClientSettings settings =
                MongoClientSettings.builder()
                        .applyConnectionString(new ConnectionString(args[0]))
                        .applyToServerSettings(
                                server -> server.serverMonitoringMode(ServerMonitoringMode.POLL))
                        .build();
        long applied = 0;
        try (var client = MongoClients.create(settings)) {
            var journal = client.getDatabase(args[1]).getCollection("migrations");
            for (Document entry :
                    journal.find()
                            .projection(Projections.exclude("source", "output", "attempts"))) {
                applied += "applied".equals(entry.getString("state")) ? 1 : 0;
            }
        }
        System.out.println(applied);
    }
}

package migopy.backfill;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;

import org.bson.BsonBinary;
import org.bson.Document;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One server session a worker, so that whoever takes over can end what a dead run left at work. */
final class Sessions implements AutoCloseable {
    private static final long KILL_LIMIT_SECONDS = 10;

    private final List<ClientSession> sessions = new ArrayList<>();

    /**
     * @param count how many; 0 where the server knows no sessions
     */
    Sessions(MongoClient client, int count) {
        ClientSessionOptions options =
                ClientSessionOptions.builder().causallyConsistent(false).build();
        for (int i = 0; i < count; i++) {
            sessions.add(client.startSession(options));
        }
    }

    /** The session of this worker, or null where there are none. */
    ClientSession of(int worker) {
        return sessions.isEmpty() ? null : sessions.get(worker);
    }

    List<BsonBinary> ids() {
        return sessions.stream()
                .map(session -> session.getServerSession().getIdentifier().getBinary("id"))
                .toList();
    }

    /**
     * Ends what runs in these sessions, transactions included.
     *
     * @return why that was not possible, or empty
     */
    static Optional<String> end(MongoClient client, List<BsonBinary> ids) {
        if (ids.isEmpty()) {
            return Optional.empty();
        }
        List<Document> named = ids.stream().map(id -> new Document("id", id)).toList();
        try {
            client.getDatabase("admin")
                    .withTimeout(KILL_LIMIT_SECONDS, TimeUnit.SECONDS)
                    .runCommand(new Document("killSessions", named));
            return Optional.empty();
        } catch (MongoException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public void close() {
        sessions.forEach(ClientSession::close);
    }
}

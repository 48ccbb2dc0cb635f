package migopy.backfill;

import com.mongodb.ClientSessionOptions;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonBinary;

/** One server session a worker, so that whoever takes over can end what a dead run left at work. */
final class Sessions implements AutoCloseable {
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

    @Override
    public void close() {
        sessions.forEach(ClientSession::close);
    }
}

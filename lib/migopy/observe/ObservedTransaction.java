package migopy.observe;

import com.mongodb.MongoException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.BsonDocument;

/** The transaction in which a migration is called. */
public final class ObservedTransaction {
    private final BsonDocument session;
    private final Set<Integer> requests = ConcurrentHashMap.newKeySet();
    private final Set<String> namespaces = ConcurrentHashMap.newKeySet();
    private volatile MongoException firstError;
    private volatile boolean ending;

    ObservedTransaction(BsonDocument session) {
        this.session = session;
    }

    /** Whether the command belongs to this transaction. */
    boolean holds(BsonDocument command) {
        return session.equals(command.get("lsid"));
    }

    void sent(int request, Set<String> touched) {
        requests.add(request);
        namespaces.addAll(touched);
    }

    /** Notes a reply; of one that failed, the error. */
    void answered(int request, MongoException error) {
        if (requests.remove(request) && error != null && firstError == null) {
            firstError = error;
        }
    }

    /** Whether the transaction locks one of these, so that other writers wait for its end. */
    boolean locks(Set<String> touched) {
        return locks(namespaces, touched);
    }

    /** Whether a transaction in these namespaces locks one of those that are touched. */
    static boolean locks(Set<String> namespaces, Set<String> touched) {
        return touched.stream()
                .anyMatch(each -> each.endsWith(".")
                        ? namespaces.stream().anyMatch(one -> one.startsWith(each))
                        : namespaces.contains(each));
    }

    /** Notes that commit and abort are those of the run from now on. */
    public void ending() {
        ending = true;
    }

    boolean isEnding() {
        return ending;
    }

    /**
     * Returns the first error that the server answered within the transaction, or null. The server
     * aborts a transaction on any error, whether the client catches it or not.
     */
    public MongoException firstError() {
        return firstError;
    }
}

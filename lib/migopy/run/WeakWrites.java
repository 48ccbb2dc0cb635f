package migopy.run;

import com.mongodb.MongoException;
import com.mongodb.connection.ServerDescription;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import migopy.MigopyException;
import migopy.console.Wording;
import migopy.mongo.Connection.Topology;
import migopy.mongo.MongoErrors;
import migopy.observe.Observation;
import org.bson.BsonValue;

/**
 * Writes of a call that did not wait for the majority, as with w: 1. A failover can roll them back
 * while the record of the call stays, which is written with majority.
 */
final class WeakWrites {
    private final Operation operation;
    private final Observation observation;
    private final String settledBy;

    /**
     * @param settledBy the hint where the outcome is unknown
     */
    WeakWrites(Operation operation, Observation observation, String settledBy) {
        this.operation = operation;
        this.observation = observation;
        this.settledBy = settledBy;
    }

    /**
     * Waits until they are on the majority.
     *
     * @param name of what was called
     * @param majority waits for the majority, and tells which election made that server the primary
     * @throws MigopyException unknown, if another primary was elected since: it may have been
     *     without them
     */
    void waitForMajority(String name, Supplier<BsonValue> majority) {
        if (!operation.connection().supportsTransactions()) {
            return; // a standalone has no failover
        }
        BsonValue electionId;
        try {
            electionId = majority.get();
        } catch (MongoException e) {
            throw unknown(
                    "Whether the writes of %s reached the majority is unknown: %s"
                            .formatted(name, MongoErrors.words(e)),
                    e);
        }
        boolean known = operation.connection().topology() == Topology.REPLICA_SET;
        if (known && !observation.wroteOnlyOn(electionId, primaries())) {
            throw unknown(
                    "Another primary was elected while %s ran: writes that did not wait for the majority may be rolled back"
                            .formatted(name),
                    null);
        }
        if (observation.weakConcern() != null) {
            operation
                    .console()
                    .notice(
                            known
                                    ? "%s wrote with %s; its writes have reached the majority now"
                                            .formatted(name, observation.weakConcern())
                                    : "%s wrote with %s: a failover can roll its writes back"
                                            .formatted(name, observation.weakConcern()));
        }
    }

    /** The servers that are primaries: {@code localhost:27017}. */
    private Set<String> primaries() {
        Set<String> primaries = new HashSet<>();
        for (ServerDescription each : operation.connection().cluster().getServerDescriptions()) {
            if (each.isPrimary()) {
                primaries.add(each.getAddress().toString());
            }
        }
        return primaries;
    }

    private MigopyException unknown(String message, Throwable cause) {
        return new MigopyException(MigopyException.Kind.UNKNOWN, message, settledBy, cause);
    }
}

package migopy.run;

import com.mongodb.MongoException;
import com.mongodb.connection.ServerDescription;
import java.util.HashSet;
import java.util.Set;
import migopy.MigopyException;
import migopy.journal.Journal.OpenRecord;
import migopy.mongo.Connection.Topology;
import migopy.mongo.MongoErrors;
import migopy.observe.Observation;
import org.bson.BsonValue;

/**
 * Writes of a call that did not wait for the majority, as with w: 1. A failover can roll them back, but not the record of
 * the call, which is written with majority.
 *
 * @param name of what was called
 * @param settledBy the hint where their outcome is unknown
 */
record WeakWrites(LockedRun locked, Observation observation, String name, String settledBy) {
    /**
     * Waits until they have reached the majority.
     *
     * @throws MigopyException unknown, if another primary was elected since: it may not have them
     */
    void waitForMajority(OpenRecord record) {
        if (!locked.connection().supportsTransactions()) {
            return; // a standalone has no failover
        }
        BsonValue electionId;
        try {
            electionId = record.waitForMajority();
        } catch (MongoException e) {
            throw unknown(
                    "It is unknown whether the writes of %s reached the majority: %s"
                            .formatted(name, MongoErrors.words(e)),
                    e);
        }
        boolean known = locked.connection().topology() == Topology.REPLICA_SET;
        if (known && !observation.wroteOnlyOn(electionId, primaries())) {
            throw unknown(
                    "Another primary was elected while %s ran: writes that did not wait for the majority may be rolled back"
                            .formatted(name),
                    null);
        }
        if (observation.weakConcern() != null) {
            String message = known
                    ? "%s wrote with %s; its writes have reached the majority now"
                    : "%s wrote with %s: a failover can roll its writes back";
            locked.console().notice(message.formatted(name, observation.weakConcern()));
        }
    }

    /** Returns the servers that are primaries: {@code localhost:27017}. */
    private Set<String> primaries() {
        Set<String> primaries = new HashSet<>();
        for (ServerDescription each : locked.connection().cluster().getServerDescriptions()) {
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

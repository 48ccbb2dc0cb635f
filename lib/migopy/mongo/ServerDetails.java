package migopy.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import migopy.observe.BrokenRules;
import migopy.observe.Observation;
import org.bson.BsonDocument;

/**
 * The server's details of a write that it rejected: which field broke which rule of a validator ({@code
 * errInfo}), and which writes of a bulk failed.
 */
public final class ServerDetails {
    private ServerDetails() {}

    /**
     * Returns the server's message with its details; empty if it sent none.
     *
     * @param observation of the call that threw it, which knows the {@code _id}s of a bulk
     */
    public static Optional<String> in(MongoException e, Observation observation) {
        if (e instanceof MongoBulkWriteException bulk && !bulk.getWriteErrors().isEmpty()) {
            return Optional.of(bulk(bulk, observation));
        }
        BsonDocument info = new BsonDocument();
        if (e instanceof MongoWriteException write) {
            info = write.getError().getDetails();
        } else if (e instanceof MongoCommandException command) {
            info = command.getResponse().getDocument("errInfo", info);
        }
        String rules = BrokenRules.in(info);
        return rules.isEmpty() ? Optional.empty() : Optional.of(MongoErrors.words(e) + rules);
    }

    private static String bulk(MongoBulkWriteException e, Observation observation) {
        List<BulkWriteError> errors = e.getWriteErrors();
        String done = done(e.getWriteResult());
        String each = errors.stream()
                .limit(BrokenRules.SHOWN)
                .map(one -> one(one, observation))
                .collect(Collectors.joining("; "));
        return (errors.size() == 1 ? "1 write of a bulk failed" : errors.size() + " writes of a bulk failed")
                + (done.isEmpty() ? ": " : " (%s): ".formatted(done))
                + each
                + BrokenRules.more(errors.size());
    }

    private static String one(BulkWriteError e, Observation observation) {
        String id = observation.idOfRejected(e.getIndex(), e.getCode(), e.getMessage());
        return "#%d%s: %s%s"
                .formatted(
                        e.getIndex(),
                        id == null ? "" : " (_id " + id + ")",
                        e.getMessage(),
                        BrokenRules.in(e.getDetails()));
    }

    private static String done(BulkWriteResult result) {
        if (!result.wasAcknowledged()) {
            return "";
        }
        List<String> done = new ArrayList<>();
        Map.of(
                        "inserted", result.getInsertedCount(),
                        "updated", result.getModifiedCount(),
                        "deleted", result.getDeletedCount(),
                        "upserted", result.getUpserts().size())
                .forEach((what, count) -> {
                    if (count > 0) {
                        done.add(what + " " + count);
                    }
                });
        done.sort(null);
        return String.join(", ", done);
    }
}

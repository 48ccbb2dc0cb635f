package migopy.journal;

import com.mongodb.MongoException;

import migopy.MigopyException;

import org.bson.BsonValue;
import org.bson.Document;

/** What a writer of the journal has to say where a write did not go through. */
final class JournalErrors {
    private JournalErrors() {}

    static MigopyException overtaken(BsonValue key) {
        return MigopyException.unknown(
                "Another run has taken over, and %s is in its hands now".formatted(shown(key)),
                "See what is true: " + MigopyException.COMMAND + " status");
    }

    static MigopyException unrecorded(End end, MongoException e) {
        String name = shown(end.expected().key());
        String what =
                end.attempt().error() == null
                        ? "%s ran to its end but could not be recorded: %s"
                        : "%s failed, and that could not be recorded: %s";
        return new MigopyException(
                MigopyException.Kind.UNKNOWN,
                what.formatted(name, e.getMessage()),
                "When the server takes writes again: %s repair %s --as %s --reason \"...\""
                        .formatted(
                                MigopyException.COMMAND,
                                name,
                                end.attempt().error() == null && end.state() == State.APPLIED
                                        ? "applied"
                                        : "pending"),
                e);
    }

    private static String shown(BsonValue key) {
        return key.isString() ? key.asString().getValue() : new Document("_id", key).toJson();
    }
}

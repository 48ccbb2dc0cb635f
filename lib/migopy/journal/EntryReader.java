package migopy.journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import migopy.journal.Entry.Adoption;
import migopy.journal.Entry.JournalEntry;
import migopy.journal.Entry.UnreadableEntry;
import migopy.journal.Records.OpenSessions;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.BsonValue;

/**
 * Reads one document of the journal. Any document becomes an {@link Entry}, whatever it contains. The methods for single
 * fields also serve for the journals of other tools; they return null for a field that is missing or null.
 */
public final class EntryReader {
    private static final String NOT_OURS = "it has no state, but fields other than _id and name";

    private EntryReader() {}

    /** A value with an unexpected type. */
    public static final class Misfit extends Exception {
        private static final long serialVersionUID = 1L;

        public Misfit(String message) {
            super(message, null, false, false);
        }
    }

    static Entry read(BsonDocument document) {
        BsonValue key = document.get("_id");
        try {
            return understood(key, document);
        } catch (Misfit e) {
            return new UnreadableEntry(shown(key, document), e.getMessage());
        }
    }

    private static JournalEntry understood(BsonValue key, BsonDocument document) throws Misfit {
        String name = name(key, document);
        String state = text(document, "state");
        boolean bare = state == null && text(document, "name") != null;
        if (state == null && !bare) {
            throw new Misfit("it has neither a state nor a name");
        }
        if (bare && document.size() > 2) {
            // Only documents of the Python Migopy mean "applied" without a state.
            throw new Misfit(NOT_OURS + ": " + further(document));
        }
        Optional<State> known = bare ? Optional.of(State.APPLIED) : State.of(state);
        if (known.isEmpty()) {
            throw new Misfit("its state is \"" + abbreviated(state) + "\"");
        }
        BsonDocument error = subdocument(document, "error");
        BsonDocument by = subdocument(document, "by");
        BsonDocument verified = subdocument(document, "verified");
        return new JournalEntry(
                key,
                name,
                number(document, name),
                known.get(),
                bare,
                text(document, "checksum"),
                text(document, "run"),
                whole(document, "fence"),
                flag(document, "transactional") == Boolean.TRUE,
                flag(document, "resumable") == Boolean.TRUE,
                flag(document, "fileGone") == Boolean.TRUE,
                session(document),
                time(document, "startedAt"),
                time(document, "finishedAt"),
                whole(document, "durationMs"),
                by == null ? null : Actor.read(by),
                flag(document, "reversible"),
                text(document, "renamedFrom"),
                text(document, "reason"),
                error == null ? null : text(error, "type"),
                error == null ? null : text(error, "message"),
                verified == null ? null : Verified.read(verified),
                subdocument(document, "checkpoints"),
                adoption(document));
    }

    private static Adoption adoption(BsonDocument document) throws Misfit {
        BsonDocument adopted = subdocument(document, "adopted");
        return adopted == null
                ? null
                : new Adoption(text(adopted, "from"), text(adopted, "collection"), text(adopted, "id"));
    }

    /** A document without a state that has more fields than those of the Python Migopy. */
    static UnreadableEntry ofAnotherTool(BsonDocument document) {
        return new UnreadableEntry(shown(document.get("_id"), document), NOT_OURS);
    }

    private static String further(BsonDocument document) {
        List<String> fields = new ArrayList<>(document.keySet());
        fields.removeAll(List.of("_id", "name"));
        return abbreviated(String.join(", ", fields));
    }

    private static String name(BsonValue key, BsonDocument document) throws Misfit {
        if (key instanceof BsonString id && document.containsKey("state")) {
            return id.getValue();
        }
        String name = text(document, "name");
        if (name == null) {
            throw new Misfit("its _id is not a string, and it has no name");
        }
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private static Long number(BsonDocument document, String name) throws Misfit {
        Long number = whole(document, "number");
        if (number != null) {
            return number;
        }
        int digits = 0;
        while (digits < name.length() && name.charAt(digits) >= '0' && name.charAt(digits) <= '9') {
            digits++;
        }
        try {
            return digits == 0 ? null : Long.valueOf(name.substring(0, digits));
        } catch (NumberFormatException e) {
            return null; // above 2^63 - 1, which no migration's number is
        }
    }

    private static BsonValue present(BsonDocument document, String field) {
        BsonValue value = document.get(field);
        return value == null || value.getBsonType() == BsonType.NULL ? null : value;
    }

    /**
     * Returns a string.
     *
     * @throws Misfit if the field has another type
     */
    public static String text(BsonDocument document, String field) throws Misfit {
        BsonValue value = present(document, field);
        if (value == null) {
            return null;
        }
        if (value instanceof BsonString text) {
            return text.getValue();
        }
        throw misfit(field, value, "a string");
    }

    /**
     * Returns a whole number.
     *
     * @throws Misfit if the field has another type
     */
    public static Long whole(BsonDocument document, String field) throws Misfit {
        BsonValue value = present(document, field);
        if (value == null) {
            return null;
        }
        if (value.isInt64()) {
            return value.asInt64().getValue();
        }
        if (value.isInt32()) {
            return (long) value.asInt32().getValue();
        }
        throw misfit(field, value, "a whole number");
    }

    /**
     * Returns a boolean.
     *
     * @throws Misfit if the field has another type
     */
    public static Boolean flag(BsonDocument document, String field) throws Misfit {
        BsonValue value = present(document, field);
        if (value == null) {
            return null;
        }
        if (value.isBoolean()) {
            return value.asBoolean().getValue();
        }
        throw misfit(field, value, "true or false");
    }

    /**
     * Returns a date.
     *
     * @throws Misfit if the field has another type
     */
    public static Instant time(BsonDocument document, String field) throws Misfit {
        BsonValue value = present(document, field);
        if (value == null) {
            return null;
        }
        if (value instanceof BsonDateTime time) {
            return Instant.ofEpochMilli(time.getValue());
        }
        throw misfit(field, value, "a date");
    }

    private static BsonDocument subdocument(BsonDocument document, String field) throws Misfit {
        BsonValue value = present(document, field);
        if (value == null) {
            return null;
        }
        if (value.isDocument()) {
            return value.asDocument();
        }
        throw misfit(field, value, "a document");
    }

    private static BsonDocument session(BsonDocument document) throws Misfit {
        BsonDocument session = subdocument(document, "session");
        if (session != null && !OpenSessions.isSession(session)) {
            throw new Misfit("its session does not have the id of a server session");
        }
        return session;
    }

    private static Misfit misfit(String field, BsonValue value, String wanted) {
        String type = value.getBsonType().name().toLowerCase(Locale.ROOT);
        return new Misfit("its " + field + " must be " + wanted + ", but is of type " + type);
    }

    private static String shown(BsonValue key, BsonDocument document) {
        if (key instanceof BsonString id) {
            return abbreviated(id.getValue());
        }
        if (document.get("name") instanceof BsonString name) {
            return abbreviated(name.getValue());
        }
        return key == null ? "(no _id)" : abbreviated(new BsonDocument("_id", key).toJson());
    }

    private static String abbreviated(String text) {
        int limit = 80; // a line of a screen
        return text.length() <= limit ? text : text.substring(0, limit) + "...";
    }
}

package migopy.observe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * The {@code _id}s of the writes of a bulk that the server rejected. The driver's exception has only their index in the
 * bulk, which may be sent as several commands.
 */
final class WriteIds {
    /** Of one command; the {@code _id} of its later writes stays unknown. */
    private static final int MOST_IDS = 10_000;

    /** How many bulks, and how many rejected writes, are known. */
    private static final int MOST = 100;

    private final Map<Long, Bulk> bulks = new HashMap<>();
    private final List<Rejected> rejected = new ArrayList<>();

    /** What was sent of a bulk. */
    private static final class Bulk {
        private final String name;
        private boolean inOrder = true;
        private BsonValue lastNumber;
        private int before;
        private int count;
        private List<BsonValue> ids = List.of();

        Bulk(String name) {
            this.name = name;
        }
    }

    private record Rejected(Bulk bulk, int index, int code, String message, BsonValue id) {}

    /**
     * Notes a command of a bulk before it is sent.
     *
     * @param operation the same number for each command of the bulk
     */
    synchronized void sent(long operation, String name, BsonDocument command) {
        BsonArray writes = writes(name, command);
        if (writes == null) {
            return;
        }
        Bulk bulk = bulks.get(operation);
        if (bulk == null) {
            if (bulks.size() == MOST) {
                bulks.clear();
            }
            bulk = new Bulk(name);
            bulks.put(operation, bulk);
        }
        // The driver sorts an unordered bulk by kind, so that the place in it is known only if all are of one kind.
        boolean ordered =
                command.get("ordered") == null || command.getBoolean("ordered").getValue();
        bulk.inOrder &= ordered || bulk.name.equals(name);
        BsonValue number = command.containsKey("autocommit") ? null : command.get("txnNumber");
        boolean again = number != null && number.equals(bulk.lastNumber);
        bulk.lastNumber = number;
        bulk.before += again ? 0 : bulk.count;
        bulk.count = 0;
        bulk.ids = new ArrayList<>();
        for (BsonValue write : writes) {
            if (bulk.count++ < MOST_IDS) {
                bulk.ids.add(id(name, write.asDocument()));
            }
        }
    }

    private static BsonArray writes(String name, BsonDocument command) {
        String field = switch (name) {
            case "insert" -> "documents";
            case "update" -> "updates";
            case "delete" -> "deletes";
            default -> null;
        };
        return field != null && command.isArray(field) ? command.getArray(field) : null;
    }

    /** Returns a copy, since the bytes of the command are reused; null if the write names none. */
    private static BsonValue id(String name, BsonDocument write) {
        BsonValue id = (name.equals("insert") ? write : write.getDocument("q", new BsonDocument())).get("_id");
        return id == null ? null : new BsonDocument("_id", id).clone().get("_id");
    }

    /** Notes the answer to the last command of a bulk. */
    synchronized void answered(long operation, BsonDocument reply) {
        Bulk bulk = bulks.get(operation);
        if (bulk == null) {
            return;
        }
        for (BsonValue each : reply.getArray("writeErrors", new BsonArray())) {
            BsonDocument error = each.asDocument();
            int index = error.getNumber("index", new BsonInt32(-1)).intValue();
            BsonValue id = index >= 0 && index < bulk.ids.size() ? bulk.ids.get(index) : null;
            if (id != null) {
                if (rejected.size() == MOST) {
                    rejected.remove(0);
                }
                int code = error.getNumber("code", new BsonInt32(0)).intValue();
                String message = error.getString("errmsg", new BsonString("")).getValue();
                rejected.add(new Rejected(bulk, bulk.before + index, code, message, id));
            }
        }
        bulk.ids = List.of();
    }

    /** Returns the {@code _id} of a rejected write, as the shell writes it; null if it is unknown. */
    synchronized String of(int index, int code, String message) {
        String found = null;
        for (Rejected each : rejected) {
            boolean same = each.index() == index
                    && each.code() == code
                    && each.message().equals(message);
            if (same && each.bulk().inOrder) {
                found = BrokenRules.shown(each.id());
            }
        }
        return found;
    }
}

package migopy.mongo;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The right that a user lacks, as the server's refusal tells it.
 *
 * @param action MongoDB's name of it: {@code insert}; null where the server wants a login first
 * @param where the database and collection: {@code app.migrations}
 */
record MissingRight(String action, String where) {
    /** MongoDB's error code for it. */
    static final int UNAUTHORIZED = 13;

    private static final Pattern REFUSAL =
            Pattern.compile("not authorized on (\\S+) to execute command \\{ ?\"?(\\w+)\"?:" + " ?(?:\"([^\"]*)\")?");

    /**
     * Reads the server's message, which quotes the whole command; nothing of that is kept but its
     * name.
     */
    static MissingRight in(String message) {
        String text = String.valueOf(message);
        if (text.contains("requires authentication")) {
            return new MissingRight(null, null);
        }
        Matcher refusal = REFUSAL.matcher(text);
        if (!refusal.find()) {
            return new MissingRight("the one for this command", "this database");
        }
        boolean upsert = text.contains("upsert: true");
        String collection = refusal.group(3);
        String where = refusal.group(1) + (collection == null ? "" : "." + collection);
        return new MissingRight(action(refusal.group(2), upsert, text), where);
    }

    String message() {
        return action == null
                ? "the server wants a user and a password"
                : "the right to %s on %s is missing".formatted(action, where);
    }

    String hint() {
        if (action == null) {
            return "Set MONGO_USER and MONGO_PASSWORD, or put both into the URI";
        }
        String database = where.replaceFirst("\\..*", "");
        String role = switch (action) {
            case "find", "listCollections", "listIndexes", "collStats", "dbStats" -> "read";
            case "inprog" -> "clusterMonitor";
            case "killop", "killAnySession" -> "hostManager";
            default -> "readWrite";
        };
        return "Grant it to the user, for example by the role %s on %s".formatted(role, database);
    }

    private static String action(String command, boolean upsert, String text) {
        return switch (command.toLowerCase(Locale.ROOT)) {
            case "aggregate" -> text.contains("$currentOp") ? "inprog" : "find";
            case "find", "count", "distinct", "getmore" -> "find";
            case "update" -> "update"; // The refusal does not quote whether it is an upsert.
            case "findandmodify" -> upsert ? "find, insert and update" : "find and update";
            case "delete" -> "remove";
            case "create" -> "createCollection";
            case "drop" -> "dropCollection";
            case "createindexes" -> "createIndex";
            case "dropindexes" -> "dropIndex";
            case "killop" -> "killop";
            case "killallsessionsbypattern" -> "killAnySession";
            default -> command;
        };
    }
}

package migopy.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConfigurationException;
import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.MongoWriteException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;
import migopy.console.Wording;

/**
 * Translates the driver's exceptions into one line with the database's own message, without the driver's
 * dumps.
 */
public final class MongoErrors {
    /** The limit of a message. The cause has all of it. */
    private static final int LONGEST = 600;

    private static final Pattern CREDENTIAL = Pattern.compile("userName='([^']*)', source='([^']*)'");

    private static final int DATABASE_DIFFERS_IN_CASE = 13297;

    /** The names of the existing database and of the one to be created. */
    private static final Pattern TWO_NAMES = Pattern.compile("\\[([^\\]]+)].*\\[([^\\]]+)]");

    private MongoErrors() {}

    /**
     * Returns the exception as a MigopyException: unreachable if no server responds, authentication fails or
     * a privilege is missing, else failed.
     *
     * @param doingWhat the start of the message: {@code Reading app.migrations}
     */
    public static MigopyException translate(MongoException e, String doingWhat) {
        if (e instanceof MongoSecurityException refused) {
            return authenticationFailed(refused, doingWhat);
        }
        if (missingRight(e)) {
            MissingRight right = MissingRight.in(e.getMessage());
            return unreachable(doingWhat + ": " + right.message(), right.hint(), e);
        }
        if (e instanceof MongoInterruptedException) {
            return failed(doingWhat + " was interrupted", "Run the command again", e);
        }
        if (e instanceof MongoTimeoutException || e instanceof MongoSocketException) {
            NoAnswer why = NoAnswer.in(e);
            return unreachable(doingWhat + ": " + why.reason(), why.hint(), e);
        }
        if (e instanceof MongoNotPrimaryException || e instanceof MongoNodeIsRecoveringException) {
            return unreachable(
                    doingWhat + ": the server is not a primary: " + words(e),
                    "Wait for the election to end, or name the whole replica set in the URI",
                    e);
        }
        if (e instanceof MongoConfigurationException) {
            return unreachable(doingWhat + ": " + words(e), "Correct the connection settings", e);
        }
        Matcher names = TWO_NAMES.matcher(String.valueOf(e.getMessage()));
        if (e.getCode() == DATABASE_DIFFERS_IN_CASE && names.find()) {
            return otherCase(names.group(2), names.group(1), e);
        }
        return failed(doingWhat + ": " + words(e), "Fix the cause above, then run the command again", e);
    }

    /** The error for a name that differs from an existing database's only in case. */
    static MigopyException otherCase(String wanted, String existing, Throwable cause) {
        return new MigopyException(
                MigopyException.Kind.USAGE,
                "The server has a database %s, and %s differs from it only in upper and lower case"
                        .formatted(existing, wanted),
                "Use that spelling: mongoDatabase in migopy.java, MONGO_DATABASE, the URI, or"
                        + " --database "
                        + Wording.word(existing),
                cause);
    }

    /** Whether the server refused this because of a missing privilege (error 13). */
    public static boolean missingRight(MongoException e) {
        return e.getCode() == MissingRight.UNAUTHORIZED;
    }

    /**
     * Returns the database's own message on one line of at most 600 characters, without the command and the
     * driver's cluster description.
     */
    public static String words(MongoException e) {
        String words = e.getMessage();
        if (e instanceof MongoCommandException command) {
            words = command.getErrorMessage();
            if (words.isEmpty()) {
                words = "error %d %s".formatted(e.getCode(), command.getErrorCodeName());
            }
        } else if (e instanceof MongoWriteException write) {
            words = write.getError().getMessage();
        } else if (e instanceof MongoWriteConcernException concern) {
            words = concern.getWriteConcernError().getMessage();
        } else if (e instanceof MongoBulkWriteException bulk
                && !bulk.getWriteErrors().isEmpty()) {
            words = bulk.getWriteErrors().get(0).getMessage();
        }
        return shortened(words == null ? e.getClass().getSimpleName() : words);
    }

    static String shortened(String words) {
        String line = words.replaceAll("\\s+", " ").replaceFirst(" The full response is .*", "");
        if (line.length() <= LONGEST) {
            return line.strip();
        }
        // not between the halves of a surrogate pair
        int end = Character.isHighSurrogate(line.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return line.substring(0, end).strip() + " ...";
    }

    private static MigopyException authenticationFailed(MongoSecurityException e, String doingWhat) {
        Matcher credential = CREDENTIAL.matcher(String.valueOf(e.getMessage()));
        String who = credential.find()
                ? " for user %s (authSource %s)".formatted(credential.group(1), credential.group(2))
                : "";
        String why = e.getCause() instanceof MongoException cause ? words(cause) : words(e);
        return unreachable(
                "%s: authentication failed%s%s"
                        .formatted(doingWhat, who, why.equals("Authentication failed.") ? "" : ": " + why),
                "Check the user name, the password and the authentication database (MONGO_AUTH_SOURCE)",
                e);
    }

    private static MigopyException unreachable(String message, String hint, Throwable cause) {
        return new MigopyException(MigopyException.Kind.UNREACHABLE, message, hint, cause);
    }

    private static MigopyException failed(String message, String hint, Throwable cause) {
        return new MigopyException(MigopyException.Kind.FAILED, message, hint, cause);
    }

    /**
     * The privilege that a user lacks, taken from the server's message.
     *
     * @param action MongoDB's name of the action: {@code insert}; null if the server requires authentication
     *     first
     * @param where the database and collection: {@code app.migrations}
     */
    record MissingRight(String action, String where) {
        /** The server's error code. */
        static final int UNAUTHORIZED = 13;

        private static final Pattern REFUSAL = Pattern.compile(
                "not authorized on (\\S+) to execute command \\{ ?\"?(\\w+)\"?:" + " ?(?:\"([^\"]*)\")?");

        /** Reads the server's message. It quotes the whole command, of which only the name is kept. */
        static MissingRight in(String message) {
            String text = String.valueOf(message);
            if (text.contains("requires authentication")) {
                return new MissingRight(null, null);
            }
            Matcher refusal = REFUSAL.matcher(text);
            if (!refusal.find()) {
                return new MissingRight("run this command", "this database");
            }
            boolean upsert = text.contains("upsert: true");
            String collection = refusal.group(3);
            String where = refusal.group(1) + (collection == null ? "" : "." + collection);
            return new MissingRight(action(refusal.group(2), upsert, text), where);
        }

        String message() {
            return action == null
                    ? "the server requires authentication"
                    : "the right to %s on %s is missing".formatted(action, where);
        }

        String hint() {
            if (action == null) {
                return "Set MONGO_USER and MONGO_PASSWORD, or put both into the URI";
            }
            String database = where.replaceFirst("\\..*", "");
            String role = switch (action) {
                case "find", "listCollections", "listIndexes", "collStats", "dbStats" -> "read";
                case "inprog", "indexStats" -> "clusterMonitor";
                case "killop", "killAnySession" -> "hostManager";
                default -> "readWrite";
            };
            return "Grant it to the user, for example with the role %s on %s".formatted(role, database);
        }

        private static String action(String command, boolean upsert, String text) {
            return switch (command.toLowerCase(Locale.ROOT)) {
                case "aggregate" ->
                    text.contains("$currentOp") ? "inprog" : text.contains("$indexStats") ? "indexStats" : "find";
                case "find", "count", "distinct", "getmore" -> "find";
                case "update" -> "update"; // the message does not quote whether it is an upsert
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
}

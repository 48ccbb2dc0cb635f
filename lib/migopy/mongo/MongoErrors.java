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
 * What the driver throws, as one line that a person can use: the database's own words, without the
 * driver's dumps.
 */
public final class MongoErrors {
    /** Longer words are cut here; the whole of it stays the cause. */
    private static final int LONGEST = 600;

    private static final Pattern CREDENTIAL = Pattern.compile("userName='([^']*)', source='([^']*)'");

    private static final int DATABASE_DIFFERS_IN_CASE = 13297;

    /** The database that there is, and the one that was to be created. */
    private static final Pattern TWO_NAMES = Pattern.compile("\\[([^\\]]+)].*\\[([^\\]]+)]");

    private MongoErrors() {}

    /**
     * The exception in our terms: unreachable where nobody answers, we are not let in or a right is
     * missing, else failed.
     *
     * @param doingWhat the beginning of the sentence: {@code Reading app.migrations}
     */
    public static MigopyException translate(MongoException e, String doingWhat) {
        if (e instanceof MongoSecurityException refused) {
            return notLetIn(refused, doingWhat);
        }
        if (missingRight(e)) {
            MissingRight right = MissingRight.in(e.getMessage());
            return unreachable(doingWhat + ": " + right.message(), right.hint(), e);
        }
        if (e instanceof MongoInterruptedException) {
            return failed(doingWhat + " was interrupted", "Type the same again", e);
        }
        if (e instanceof MongoTimeoutException || e instanceof MongoSocketException) {
            NoAnswer why = NoAnswer.in(e);
            return unreachable(doingWhat + ": " + why.reason(), why.hint(), e);
        }
        if (e instanceof MongoNotPrimaryException || e instanceof MongoNodeIsRecoveringException) {
            return unreachable(
                    doingWhat + ": the server is no primary: " + words(e),
                    "Wait for the election to end, or name the whole replica set in the URI",
                    e);
        }
        if (e instanceof MongoConfigurationException) {
            return unreachable(doingWhat + ": " + words(e), "Correct the connection's settings", e);
        }
        Matcher names = TWO_NAMES.matcher(String.valueOf(e.getMessage()));
        if (e.getCode() == DATABASE_DIFFERS_IN_CASE && names.find()) {
            return otherCase(names.group(2), names.group(1), e);
        }
        return failed(doingWhat + ": " + words(e), "Mend what the database names, then type the same again", e);
    }

    /** A name that differs from a database's in the case of letters alone. */
    static MigopyException otherCase(String wanted, String existing, Throwable cause) {
        return new MigopyException(
                MigopyException.Kind.USAGE,
                "The server has a database %s, and %s differs from it only in upper and lower case"
                        .formatted(existing, wanted),
                "Write it as it is there: mongoDatabase in migopy.java, MONGO_DATABASE, the URI, or"
                        + " --database "
                        + Wording.word(existing),
                cause);
    }

    /** Whether the server refused this for want of a right (error 13). */
    public static boolean missingRight(MongoException e) {
        return e.getCode() == MissingRight.UNAUTHORIZED;
    }

    /**
     * The database's own words, on one line, at most 600 characters, without the command or the
     * driver's view.
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
        // Not through the middle of a surrogate pair.
        int end = Character.isHighSurrogate(line.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return line.substring(0, end).strip() + " ...";
    }

    private static MigopyException notLetIn(MongoSecurityException e, String doingWhat) {
        Matcher credential = CREDENTIAL.matcher(String.valueOf(e.getMessage()));
        String who = credential.find()
                ? "user %s of database %s".formatted(credential.group(1), credential.group(2))
                : "this user";
        String why = e.getCause() instanceof MongoException cause ? words(cause) : words(e);
        return unreachable(
                "%s: %s is not let in: %s".formatted(doingWhat, who, why),
                "Check user, password and the database that knows the user (MONGO_AUTH_SOURCE)",
                e);
    }

    private static MigopyException unreachable(String message, String hint, Throwable cause) {
        return new MigopyException(MigopyException.Kind.UNREACHABLE, message, hint, cause);
    }

    private static MigopyException failed(String message, String hint, Throwable cause) {
        return new MigopyException(MigopyException.Kind.FAILED, message, hint, cause);
    }

    /**
     * The right that a user lacks, as the server's refusal tells it.
     *
     * @param action MongoDB's name of it: {@code insert}; null where the server wants a login first
     * @param where the database and collection: {@code app.migrations}
     */
    record MissingRight(String action, String where) {
        /** MongoDB's error code for it. */
        static final int UNAUTHORIZED = 13;

        private static final Pattern REFUSAL = Pattern.compile(
                "not authorized on (\\S+) to execute command \\{ ?\"?(\\w+)\"?:" + " ?(?:\"([^\"]*)\")?");

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
}

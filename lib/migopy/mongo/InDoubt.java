package migopy.mongo;

import com.mongodb.ClientBulkWriteException;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConfigurationException;
import com.mongodb.MongoConnectionPoolClearedException;
import com.mongodb.MongoCursorNotFoundException;
import com.mongodb.MongoException;
import com.mongodb.MongoInternalException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoSocketOpenException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Decides whether an exception leaves open what the server did. If so, running the same code again may do it
 * twice. {@code docs/faults.md} has this decision as a table.
 */
public final class InDoubt {
    /** How many causes are followed, since they may form a circle. */
    private static final int LIMIT = 100;

    /** The codes of a server that stopped during a command, or lost its connection to another server. */
    private static final Set<Integer> CODES = Set.of(
            6, // HostUnreachable
            7, // HostNotFound
            43, // CursorNotFound
            50, // MaxTimeMSExpired
            64, // WriteConcernFailed
            89, // NetworkTimeout
            91, // ShutdownInProgress
            100, // UnsatisfiableWriteConcern: written, but not as widely as requested
            133, // FailedToSatisfyReadPreference: a router found no primary of one shard
            175, // QueryPlanKilled
            189, // PrimarySteppedDown
            202, // NetworkInterfaceExceededTimeLimit
            237, // CursorKilled
            262, // ExceededTimeLimit
            279, // ClientDisconnect
            384, // ConnectionError
            9001, // SocketException
            10058, // NotPrimary of old servers
            10107, // NotWritablePrimary: also in the middle of a batch
            11600, // InterruptedAtShutdown
            11601, // Interrupted
            11602, // InterruptedDueToReplStateChange
            13435, // NotPrimaryNoSecondaryOk
            13436, // NotPrimaryOrSecondary
            46841); // ClientMarkedKilled

    /** Nothing was sent. A cause of one of these belongs to an earlier operation, or to authentication. */
    private static final List<Class<? extends MongoException>> NOT_SENT = List.of(
            MongoSocketOpenException.class,
            MongoConnectionPoolClearedException.class,
            MongoServerUnavailableException.class,
            MongoSecurityException.class,
            MongoConfigurationException.class);

    private InDoubt() {}

    /**
     * Returns the exception that leaves open what the server did: the given one, or one of its causes and
     * suppressed exceptions; null if none does.
     */
    public static MongoException in(Throwable thrown) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> next = new ArrayDeque<>(List.of(thrown));
        while (!next.isEmpty() && seen.size() < LIMIT) {
            Throwable one = next.remove();
            if (!seen.add(one) || settled(one)) {
                continue;
            }
            if (one instanceof MongoException e && leavesOpen(e)) {
                return e;
            }
            if (one.getCause() != null) {
                next.add(one.getCause());
            }
            next.addAll(List.of(one.getSuppressed()));
        }
        return null;
    }

    /**
     * Returns the first of these failures without a reply, after which the server may still be executing the
     * operation; null if there is none.
     */
    public static MongoException lost(List<Throwable> failures) {
        for (Throwable one : failures) {
            MongoException open = one instanceof MongoCommandException ? null : in(one);
            if (open != null) {
                return open;
            }
        }
        return null;
    }

    /** Whether it shows that nothing was done, so that its causes do not matter. */
    private static boolean settled(Throwable one) {
        if (!(one instanceof MongoException e)) {
            return false;
        }
        boolean serverNotFound = e instanceof MongoTimeoutException && !(e instanceof MongoOperationTimeoutException);
        return serverNotFound || NOT_SENT.stream().anyMatch(type -> type.isInstance(e)) || undone(e);
    }

    /** Whether it ended a transaction before its commit, which the server therefore aborts. */
    private static boolean undone(MongoException e) {
        return e.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)
                && !e.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL);
    }

    private static boolean leavesOpen(MongoException e) {
        if (e instanceof MongoBulkWriteException bulk) {
            return bulk.getWriteConcernError() != null
                    || bulk.getWriteErrors().stream().anyMatch(each -> isOpen(each.getCode()));
        }
        if (e instanceof ClientBulkWriteException bulk) {
            return !bulk.getWriteConcernErrors().isEmpty()
                    || bulk.getWriteErrors().values().stream().anyMatch(each -> isOpen(each.getCode()));
        }
        return e instanceof MongoSocketException
                || e instanceof MongoOperationTimeoutException
                || e instanceof MongoInterruptedException
                || e instanceof MongoInternalException
                || e instanceof MongoWriteConcernException
                || e instanceof MongoCursorNotFoundException
                || e instanceof MongoCommandException command && isOpen(command.getResponse())
                || e.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)
                || isOpen(e.getCode());
    }

    /** A reply with {@code ok: 1} may contain such errors. */
    private static boolean isOpen(BsonDocument reply) {
        BsonArray errors = reply.getArray("writeErrors", new BsonArray());
        if (reply.get("cursor") instanceof BsonDocument cursor) {
            errors = cursor.getArray("firstBatch", errors);
        }
        return reply.containsKey("writeConcernError") || errors.stream().anyMatch(each -> isOpen(code(each)));
    }

    private static int code(BsonValue error) {
        BsonDocument document = error.isDocument() ? error.asDocument() : new BsonDocument();
        return document.isNumber("code") ? document.getNumber("code").intValue() : 0;
    }

    private static boolean isOpen(int code) {
        return CODES.contains(code);
    }
}

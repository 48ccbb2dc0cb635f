package migopy.observe;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.event.CommandFailedEvent;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.event.CommandSucceededEvent;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Observes the commands of a client while a migration is called, in the thread that sends them. A command that must not be
 * sent is refused before it is sent.
 */
public final class CommandWatch implements CommandListener {
    private static final String CONCERN = "writeConcern";

    private static final String IN_TRANSACTION = "autocommit";
    private static final String HELD = " outside of the transaction, which holds it: this would wait for itself";

    private static final String COMMIT = "commitTransaction";
    private static final Set<String> ENDS = Set.of(COMMIT, "abortTransaction");

    private static final Set<String> DROPS = Set.of("drop", "dropDatabase", "renameCollection");

    private static final BsonString MAJORITY = new BsonString("majority");
    private static final BsonInt32 ONE = new BsonInt32(1);

    private final CallLog log;
    private volatile Observation current;

    /** Writes outside of transactions, and commits, that have no answer yet, by request. */
    private final Map<Integer, Sent> sent = new ConcurrentHashMap<>();

    /**
     * A write that was sent.
     *
     * @param concern as {@link #weakConcern} returns it
     * @param attempt the same number whenever the driver sends one call again; negative if it sends it only once
     */
    private record Sent(String concern, long attempt) {}

    /**
     * @param log also sees each command; null except in a rehearsal
     */
    public CommandWatch(CallLog log) {
        this.log = log;
    }

    /** A thread that handles lost answers itself: it sends a command again so that nothing is done twice. */
    public interface RetriesItself {}

    /** Ends the observation. */
    public interface Unwatch extends AutoCloseable {
        @Override
        void close();
    }

    /** Reports to this observation until the result is closed. */
    public Unwatch watch(Observation observation) {
        current = observation;
        return () -> {
            current = null;
            sent.clear();
        };
    }

    @Override
    public void commandStarted(CommandStartedEvent event) {
        Observation observation = current;
        boolean observed = observation != null && observation.ofThisThread();
        if (log != null) {
            log.started(event, observation, observed);
        }
        if (!observed) {
            return;
        }
        String name = event.getCommandName();
        BsonDocument command = event.getCommand();
        boolean writes = WriteCommand.writes(name, command);
        if (command.get(CONCERN) instanceof BsonDocument concern && isUnacknowledged(concern)) {
            throw observation.refuse(
                    "%s without acknowledgment (w: 0): its errors would stay unknown".formatted(described(event)),
                    "Use another write concern");
        }
        if (writes && WriteCommand.isOfALock(name, command)) {
            observation.dropped();
        }
        if (writes && !(Thread.currentThread() instanceof RetriesItself)) {
            observation.writeIds().sent(event.getOperationId(), name, command);
        }
        ObservedTransaction transaction = observation.transaction();
        if (transaction != null && transaction.holds(command)) {
            inTransaction(event, observation, transaction);
            return;
        }
        OwnTransactions own = observation.ownTransactions();
        boolean inOwn = command.containsKey(IN_TRANSACTION);
        if (transaction != null && writes) {
            ensureOutsideIsMeant(event, observation, transaction);
        }
        if (inOwn && observation.isInOwnSession(command)) {
            inOwnTransaction(event, own, writes);
        } else if (writes && !inOwn && !own.isEmpty()) {
            ensureNotWaitingForItself(event, observation, own);
        }
        if (name.equals(COMMIT) || writes && !inOwn) {
            int request = event.getRequestId();
            sent.put(request, new Sent(weakConcern(command), attempt(command, request)));
        }
    }

    private static void inOwnTransaction(CommandStartedEvent event, OwnTransactions own, boolean writes) {
        String name = event.getCommandName();
        BsonDocument command = event.getCommand();
        if (name.equals(COMMIT)) {
            own.committed(command);
        } else if (name.equals("abortTransaction")) {
            own.aborted(command, isIn("close"));
        } else if (writes) {
            own.wrote(command, WriteCommand.namespaces(name, event.getDatabaseName(), command));
        }
    }

    private static void ensureNotWaitingForItself(
            CommandStartedEvent event, Observation observation, OwnTransactions own) {
        Set<String> touched =
                WriteCommand.namespaces(event.getCommandName(), event.getDatabaseName(), event.getCommand());
        if (own.locks(touched)) {
            throw observation.refuse(described(event) + HELD, "Pass the session to this call, or make it later");
        }
    }

    /** The driver sends a write again with the same number in its session. */
    private static long attempt(BsonDocument command, int request) {
        if (command.get("txnNumber") instanceof BsonInt64 number
                && command.get("lsid") instanceof BsonDocument session) {
            int id = Arrays.hashCode(session.getBinary("id").getData());
            return (id & 0x7fff_ffffL) << 32 | number.getValue() & 0xffff_ffffL;
        }
        return -1L - request;
    }

    private static void inTransaction(
            CommandStartedEvent event, Observation observation, ObservedTransaction transaction) {
        String name = event.getCommandName();
        if (ENDS.contains(name) && !transaction.isEnding()) {
            throw observation.refuse(
                    name + " is not allowed here: the run ends the transaction itself",
                    "Remove it: the transaction is committed when the method returns, and aborted when it throws");
        }
        transaction.sent(
                event.getRequestId(), WriteCommand.namespaces(name, event.getDatabaseName(), event.getCommand()));
    }

    private static void ensureOutsideIsMeant(
            CommandStartedEvent event, Observation observation, ObservedTransaction transaction) {
        String name = event.getCommandName();
        BsonDocument command = event.getCommand();
        if (transaction.locks(WriteCommand.namespaces(name, event.getDatabaseName(), command))) {
            throw observation.refuse(
                    described(event) + HELD, "Pass the session to this call, or move it to a migration of its own");
        }
        if (WriteCommand.ofDocuments(name, command) && !observation.isInOwnSession(command)) {
            throw observation.refuse(
                    "%s without the session of the transaction".formatted(described(event)),
                    "Pass the session as the first argument of this call");
        }
    }

    @Override
    public void commandSucceeded(CommandSucceededEvent event) {
        Observation observation = current;
        if (observation == null || !observation.ofThisThread()) {
            return;
        }
        if (log != null) {
            log.succeeded(event);
        }
        if (DROPS.contains(event.getCommandName())) {
            observation.dropped();
        }
        BsonDocument reply = event.getResponse();
        String errors = errors(event.getCommandName(), reply);
        if (errors != null) {
            observation.writeIds().answered(event.getOperationId(), reply);
        }
        ObservedTransaction transaction = observation.transaction();
        if (transaction != null) {
            transaction.answered(event.getRequestId(), errors == null ? null : new MongoException(errors));
        }
        Sent write = sent.remove(event.getRequestId());
        if (write != null) {
            observation.answered(write.attempt());
        }
        if (write != null && write.concern() != null) {
            observation.weakWrite(
                    write.concern().isEmpty() ? null : write.concern(),
                    reply.get("electionId"),
                    event.getConnectionDescription().getServerAddress());
        }
        if (errors != null && isIn("runCommand")) {
            // With the reply as its cause: some errors leave open what the server did.
            throw observation.refuse(
                    "%s on %s: %s".formatted(event.getCommandName(), event.getDatabaseName(), errors),
                    "Fix this write. runCommand() does not throw for errors in a reply",
                    new MongoCommandException(
                            reply, event.getConnectionDescription().getServerAddress()));
        }
    }

    @Override
    public void commandFailed(CommandFailedEvent event) {
        Observation observation = current;
        if (observation == null || !observation.ofThisThread()) {
            return;
        }
        if (log != null) {
            log.failed(event);
        }
        Sent write = sent.remove(event.getRequestId());
        if (write != null && !(Thread.currentThread() instanceof RetriesItself)) {
            observation.unanswered(write.attempt(), event.getThrowable());
        }
        ObservedTransaction transaction = observation.transaction();
        if (transaction != null) {
            transaction.answered(
                    event.getRequestId(), event.getThrowable() instanceof MongoCommandException e ? e : null);
        }
    }

    private static String described(CommandStartedEvent event) {
        Set<String> namespaces =
                WriteCommand.namespaces(event.getCommandName(), event.getDatabaseName(), event.getCommand());
        String on = String.join(", ", namespaces);
        return event.getCommandName() + " on " + (on.endsWith(".") ? event.getDatabaseName() : on);
    }

    private static boolean isUnacknowledged(BsonDocument concern) {
        BsonValue w = concern.get("w");
        return w != null && w.isNumber() && w.asNumber().intValue() == 0;
    }

    /**
     * Returns a concern that does not wait for the majority, as {@code w: 1}; empty if the server chooses it; null for the
     * majority.
     */
    private static String weakConcern(BsonDocument command) {
        BsonValue w = command.get(CONCERN) instanceof BsonDocument concern ? concern.get("w") : null;
        if (w == null) {
            return "";
        }
        if (w.isNumber()) {
            return "w: " + w.asNumber().intValue();
        }
        return w.equals(MAJORITY) ? null : "w: " + (w.isString() ? w.asString().getValue() : w);
    }

    /** Returns the server's error messages in a reply with ok: 1, or null. */
    private static String errors(String name, BsonDocument reply) {
        BsonArray writes = reply.getArray("writeErrors", new BsonArray());
        if (name.equals("bulkWrite") && reply.containsKey("cursor")) {
            writes = failed(reply.getDocument("cursor").getArray("firstBatch", new BsonArray()));
        }
        if (!writes.isEmpty()) {
            String first = message(writes.get(0));
            return writes.size() == 1 ? first : first + " (and " + (writes.size() - 1) + " more)";
        }
        BsonValue concern = reply.get("writeConcernError");
        return concern == null ? null : message(concern);
    }

    private static BsonArray failed(BsonArray results) {
        BsonArray failed = new BsonArray();
        for (BsonValue each : results) {
            BsonValue ok = each.asDocument().get("ok", ONE);
            if (ok.isNumber() && ok.asNumber().intValue() == 0) {
                failed.add(each);
            }
        }
        return failed;
    }

    private static String message(BsonValue error) {
        BsonDocument document = error.isDocument() ? error.asDocument() : new BsonDocument();
        String code = String.valueOf(document.get("code", ONE).asNumber().intValue());
        String message = document.getString("errmsg", new BsonString("")).getValue();
        BsonDocument rules = document.getDocument("errInfo", new BsonDocument());
        return (message.isEmpty() ? "error " + code : message) + BrokenRules.in(rules);
    }

    /**
     * Whether this thread is in such a method of the driver. All but {@code runCommand} throw for errors in a reply;
     * {@code close} aborts the transaction of its session.
     */
    private static boolean isIn(String method) {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getMethodName().equals(method)
                        && frame.getClassName().startsWith("com.mongodb.client.")));
    }
}

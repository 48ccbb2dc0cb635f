package migopy.observe;

import com.mongodb.event.CommandFailedEvent;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.event.CommandSucceededEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import migopy.MigopyException;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * The commands of migrations that are rehearsed: which were sent, from which line, and what they matched. A command that
 * reaches anything but the scratch database is refused before it is sent.
 */
public final class CallLog {
    /** Calls in a loop count as one; a source has fewer lines that call the driver. */
    private static final int MOST = 200;

    /** Commands for no database in particular. */
    private static final Set<String> HARMLESS = Set.of(
            "abortTransaction",
            "buildInfo",
            "commitTransaction",
            "connectionStatus",
            "endSessions",
            "getMore",
            "hello",
            "isMaster",
            "killCursors",
            "listDatabases",
            "ping",
            "replSetGetStatus",
            "serverStatus");

    /**
     * Commands that reach only what they name. Of any other it is unknown: a user that is created in the copy is in {@code
     * admin}, and {@code applyOps} names what it writes in its operations.
     */
    private static final Set<String> CONFINED = Set.of(
            "aggregate",
            "collStats",
            "compact",
            "count",
            "createSearchIndexes",
            "dataSize",
            "dbHash",
            "dbStats",
            "distinct",
            "dropSearchIndex",
            "explain",
            "find",
            "listCollections",
            "listIndexes",
            "mapReduce",
            "planCacheClear",
            "rolesInfo",
            "updateSearchIndex",
            "usersInfo",
            "validate");

    /** A filter is deeper than that only by intent. */
    private static final int DEEPEST = 20;

    private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private final String database;
    private final Consumer<String> beforeWrite;
    private final Map<String, Total> totals = new LinkedHashMap<>();
    private final Map<Integer, HeldBack> sent = new ConcurrentHashMap<>();

    /**
     * The calls of one line of a migration with the same command on the same collection.
     *
     * @param line in the migration's file, or 0 if it is unknown
     * @param filter that of the first call, or null
     * @param aim the filter of all these calls without conditions on {@code _id}; null if they differ, or there are none
     * @param calls how many there were
     * @param matched how many documents they matched or inserted
     * @param nanos how long they took together
     */
    public record ObservedCalls(
            int line,
            String command,
            String collection,
            BsonDocument filter,
            BsonDocument aim,
            int calls,
            long matched,
            long nanos) {
        /** Whether the first chose its documents by {@code _id} alone, or all documents. */
        public boolean byIds() {
            return filter != null && withoutIds(filter).isEmpty();
        }

        /** Returns the filter's fields and operators, or null: its values may come from documents. */
        public BsonDocument filterWithoutValues() {
            return filter == null ? null : withoutValues(filter, 0);
        }

        private static BsonDocument withoutValues(BsonDocument filter, int depth) {
            BsonDocument shown = new BsonDocument();
            filter.forEach((field, value) -> shown.append(field, withoutValue(value, depth)));
            return shown;
        }

        private static BsonValue withoutValue(BsonValue value, int depth) {
            boolean deep = depth < DEEPEST;
            if (value.isArray() && deep && value.asArray().stream().allMatch(BsonValue::isDocument)) {
                return new BsonArray(value.asArray().stream()
                        .map(one -> withoutValue(one, depth + 1))
                        .toList());
            }
            return value.isDocument() && deep ? withoutValues(value.asDocument(), depth + 1) : new BsonString("?");
        }
    }

    /**
     * A command without a reply yet.
     *
     * @param preparedNanos how long it was held back, which the driver counts as its own time
     */
    private record HeldBack(Total total, long preparedNanos) {}

    private static final class Total {
        private final int line;
        private final String command;
        private final String collection;
        private final BsonDocument filter;
        private BsonDocument aim;
        private int calls;
        private long matched;
        private long nanos;

        Total(int line, String command, String collection, BsonDocument filter) {
            this.line = line;
            this.command = command;
            this.collection = collection;
            this.filter = filter;
            this.aim = filter == null ? null : withoutIds(filter);
        }

        /** Whether it has an aim, which a call with another filter ends. */
        boolean hasAim() {
            return aim != null && !aim.isEmpty();
        }
    }

    /**
     * @param database the only one that may be used
     * @param beforeWrite receives each collection before it is written to; an empty name stands for all. It may throw
     */
    public CallLog(String database, Consumer<String> beforeWrite) {
        this.database = database;
        this.beforeWrite = beforeWrite;
    }

    /** Forgets all calls. */
    public synchronized void restart() {
        totals.clear();
        sent.clear();
    }

    /** Returns the calls so far, in the order of their first ones. */
    public synchronized List<ObservedCalls> calls() {
        List<ObservedCalls> calls = new ArrayList<>();
        for (Total one : totals.values()) {
            calls.add(new ObservedCalls(
                    one.line,
                    one.command,
                    one.collection,
                    one.filter,
                    one.hasAim() ? one.aim : null,
                    one.calls,
                    one.matched,
                    one.nanos));
        }
        return calls;
    }

    /**
     * Checks a command before it is sent, whatever thread sends it.
     *
     * @param observation of the call that is being made; null between calls
     * @param observed whether this thread is the call's
     */
    void started(CommandStartedEvent event, Observation observation, boolean observed) {
        try {
            started(event, observed);
        } catch (RuntimeException e) {
            MigopyException reason = e instanceof MigopyException known
                    ? known
                    : new MigopyException(
                            MigopyException.Kind.FAILED,
                            "%s could not be prepared: %s".formatted(event.getCommandName(), e.getMessage()),
                            "Run the rehearsal again",
                            e);
            // The driver ignores an exception of a listener.
            throw observation == null
                    ? new Observation.Refusal(reason)
                    : observation.refuse(reason.getMessage(), reason.hint(), reason.getCause());
        }
    }

    private void started(CommandStartedEvent event, boolean observed) {
        long startedNanos = System.nanoTime();
        String name = event.getCommandName();
        BsonDocument command = event.getCommand();
        Set<String> namespaces = WriteCommand.namespaces(name, event.getDatabaseName(), command);
        Set<String> written = WriteCommand.targets(name, event.getDatabaseName(), command);
        for (Set<String> each : List.of(namespaces, written)) {
            each.forEach(namespace -> refuseOther(name, namespace));
        }
        if (HARMLESS.contains(name) || !namespaces.iterator().next().startsWith(database)) {
            return;
        }
        if (!CONFINED.contains(name) && !WriteCommand.writes(name, command)) {
            throw MigopyException.failed(
                    "%s may reach more than the copy, so a rehearsal does not send it".formatted(name),
                    "Rehearse the other migrations by their names");
        }
        if (name.equals("dropDatabase")) {
            throw MigopyException.failed(
                    "dropDatabase would also drop the lock and the journal of the run",
                    "Drop the collections by their names");
        }
        written.forEach(namespace -> beforeWrite.accept(namespace.substring(database.length() + 1)));
        if (observed) {
            String collection = namespaces.iterator().next();
            note(event, collection.substring(Math.min(collection.length(), database.length() + 1)), startedNanos);
        }
    }

    private void refuseOther(String command, String namespace) {
        // A backfill asks it whether a collection is sharded, and a write of it is refused by the server.
        boolean reads = HARMLESS.contains(command) || command.equals("find") && namespace.startsWith("config.");
        if (!reads && !namespace.startsWith(database + ".")) {
            throw MigopyException.failed(
                    "%s on the database %s, of which a rehearsal has no copy"
                            .formatted(command, namespace.replaceFirst("\\..*", "")),
                    "Use db(), which is the copy during a rehearsal");
        }
    }

    private synchronized void note(CommandStartedEvent event, String collection, long startedNanos) {
        int line = line();
        String key = line + " " + event.getCommandName() + " " + collection;
        Total total = totals.get(key);
        if (total == null && totals.size() < MOST) {
            total = new Total(
                    line, event.getCommandName(), collection, filter(event.getCommandName(), event.getCommand()));
            totals.put(key, total);
        } else if (total != null && total.hasAim()) {
            BsonDocument filter = filter(event.getCommandName(), event.getCommand());
            total.aim = filter != null && withoutIds(filter).equals(total.aim) ? total.aim : null;
        }
        if (total != null) {
            total.calls++;
            sent.put(event.getRequestId(), new HeldBack(total, System.nanoTime() - startedNanos));
        }
    }

    synchronized void succeeded(CommandSucceededEvent event) {
        HeldBack command = sent.remove(event.getRequestId());
        if (command != null) {
            Total total = command.total();
            BsonValue matched = event.getResponse().get("n");
            total.matched +=
                    matched != null && matched.isNumber() ? matched.asNumber().longValue() : 0;
            total.nanos += Math.max(0, event.getElapsedTime(TimeUnit.NANOSECONDS) - command.preparedNanos());
        }
    }

    synchronized void failed(CommandFailedEvent event) {
        sent.remove(event.getRequestId());
    }

    /** Returns the line of the nearest frame that a class loader of its own has loaded, as each migration's has. */
    private static int line() {
        ClassLoader migration = Thread.currentThread().getContextClassLoader();
        return migration == CallLog.class.getClassLoader()
                ? 0
                : STACK.walk(frames -> frames.filter(
                                frame -> frame.getDeclaringClass().getClassLoader() == migration)
                        .findFirst()
                        .map(StackWalker.StackFrame::getLineNumber)
                        .orElse(0));
    }

    private static BsonDocument filter(String command, BsonDocument sent) {
        return switch (command) {
            case "find" -> copy(sent.get("filter"));
            case "count", "distinct", "findAndModify", "findandmodify" -> copy(sent.get("query"));
            case "update" -> firstOf(sent.get("updates"), "q");
            case "delete" -> firstOf(sent.get("deletes"), "q");
            case "aggregate" -> firstOf(sent.get("pipeline"), "$match");
            default -> null;
        };
    }

    private static BsonDocument firstOf(BsonValue operations, String field) {
        return operations == null
                        || !operations.isArray()
                        || operations.asArray().isEmpty()
                ? null
                : copy(operations.asArray().get(0).asDocument().get(field));
    }

    /** A backfill adds ranges of {@code _id} to its filter, and a loop updates its documents by {@code _id}. */
    private static BsonDocument withoutIds(BsonDocument filter) {
        BsonDocument kept = new BsonDocument();
        filter.forEach((field, value) -> {
            if (field.equals("$and") && value.isArray()) {
                BsonArray parts = new BsonArray();
                value.asArray().stream()
                        .filter(BsonValue::isDocument)
                        .map(part -> withoutIds(part.asDocument()))
                        .filter(part -> !part.isEmpty())
                        .forEach(parts::add);
                if (!parts.isEmpty()) {
                    kept.append(field, parts);
                }
            } else if (!field.equals("_id")
                    && !(field.equals("$expr") && value.toString().contains("$_id"))) {
                kept.append(field, value);
            }
        });
        return kept;
    }

    /** The driver reuses the buffer of a command. */
    private static BsonDocument copy(BsonValue filter) {
        BsonDocumentCodec codec = new BsonDocumentCodec();
        return filter != null && filter.isDocument()
                ? new RawBsonDocument(filter.asDocument(), codec).decode(codec)
                : null;
    }
}

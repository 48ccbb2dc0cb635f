//JAVA 17+
//JAVAC_OPTIONS -J-XX:TieredStopAtLevel=1 -XDignore.symbol.file
//DEPS de.bwaldvogel:mongo-java-server-h2-backend:1.47.0
//DEPS org.slf4j:slf4j-nop:2.0.20
package migopy.embedded;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * A small server that implements MongoDB's protocol and stores its data in one file.
 *
 * <p>It prints one line, {@code port 12345}, {@code locked} or {@code failed} with a reason, and ends when
 * its standard input ends. So it never outlives the process that started it, even if that is killed.
 */
public final class EmbeddedDatabase {
    /** The limit for waiting until a server that is ending has closed the file. */
    private static final Duration LOCK_LIMIT = Duration.ofSeconds(3);

    private static final Duration LOCK_PAUSE = Duration.ofMillis(50);

    private EmbeddedDatabase() {}

    /** Runs the server on the file that the argument names. */
    public static void main(String... args) throws IOException, InterruptedException {
        // A terminal sends Ctrl-C to this process, too, but its parent decides when it ends.
        Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
        Signal.handle(new Signal("HUP"), SignalHandler.SIG_IGN);
        MVStore store;
        try {
            store = open(Path.of(args[0]));
        } catch (MVStoreException e) {
            System.out.println(isLocked(e) ? "locked" : "failed " + firstLine(e));
            return;
        }
        // closes the store, too
        MongoServer server = new MongoServer(new Backend(store));
        try {
            System.out.println("port " + server.bind().getPort());
            waitForTheEnd(System.in);
        } finally {
            server.shutdownNow();
        }
    }

    private static MVStore open(Path file) throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            try {
                return new MVStore.Builder().fileName(file.toString()).open();
            } catch (MVStoreException e) {
                if (!isLocked(e) || System.nanoTime() - start > LOCK_LIMIT.toNanos()) {
                    throw e;
                }
                Thread.sleep(LOCK_PAUSE.toMillis());
            }
        }
    }

    private static boolean isLocked(MVStoreException e) {
        return e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED;
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static void waitForTheEnd(InputStream in) throws IOException {
        int read = in.read();
        while (read >= 0) {
            read = in.read();
        }
    }

    /**
     * Rejects features that the server ignores silently, so that no migration appears to have done what it
     * has not.
     */
    private static final class Backend extends H2Backend {
        private static final int COMMAND_NOT_SUPPORTED = 115;

        /** The options of any command that are rejected. */
        private static final Map<String, String> OPTIONS = Map.of(
                "txnNumber", "transactions",
                "collation", "collations",
                "min", "min and max of a find",
                "max", "min and max of a find",
                "validator", "validators",
                "viewOn", "views",
                "timeseries", "time series",
                "capped", "capped collections",
                "clusteredIndex", "clustered collections",
                "expireAfterSeconds", "documents that expire");

        private static final Map<String, String> INDEX_OPTIONS = Map.of(
                "partialFilterExpression", "partial indexes",
                "expireAfterSeconds", "documents that expire",
                "collation", "collations");

        Backend(MVStore store) {
            super(store);
        }

        @Override
        public Document handleCommand(Channel channel, String database, String command, Document query) {
            refuse(OPTIONS, query);
            for (Document statement : documents(query.get("updates"))) {
                refuseUpdate(statement.get("u"));
                refuse(OPTIONS, statement);
            }
            refuseUpdate(query.get("update"));
            documents(query.get("deletes")).forEach(statement -> refuse(OPTIONS, statement));
            documents(query.get("indexes")).forEach(Backend::refuseIndex);
            return super.handleCommand(channel, database, command, query);
        }

        private static void refuse(Map<String, String> options, Document given) {
            options.forEach((name, what) -> {
                if (given.get(name) != null && !Boolean.FALSE.equals(given.get(name))) {
                    throw refusal(what);
                }
            });
        }

        private static void refuseUpdate(Object update) {
            if (update instanceof List) {
                throw refusal("pipeline updates");
            }
        }

        private static void refuseIndex(Document index) {
            refuse(INDEX_OPTIONS, index);
            if (index.get("key") instanceof Document key) {
                for (Map.Entry<String, Object> field : key.entrySet()) {
                    if (field.getValue() instanceof String kind) {
                        throw refusal(kind + " indexes");
                    }
                }
            }
        }

        private static List<Document> documents(Object list) {
            return list instanceof List<?> some
                    ? some.stream()
                            .filter(Document.class::isInstance)
                            .map(Document.class::cast)
                            .toList()
                    : List.of();
        }

        private static MongoServerError refusal(String what) {
            return new MongoServerError(
                    COMMAND_NOT_SUPPORTED,
                    "CommandNotSupported",
                    "The embedded database does not support " + what + ": use a MongoDB server");
        }
    }
}

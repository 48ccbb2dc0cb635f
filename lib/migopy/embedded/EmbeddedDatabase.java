//JAVA 17+
//JAVAC_OPTIONS -XDignore.symbol.file
//DEPS de.bwaldvogel:mongo-java-server-h2-backend:1.47.0
//DEPS org.slf4j:slf4j-nop:2.0.20
package migopy.embedded;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;

import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

import sun.misc.Signal;
import sun.misc.SignalHandler;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A small server that speaks MongoDB's protocol and keeps its data in one file.
 *
 * <p>Prints one line, {@code port 12345}, {@code locked} or {@code failed} with a reason, and ends
 * when its standard input ends: so it never outlives whoever started it, not even one that was
 * killed.
 */
public final class EmbeddedDatabase {
    /** One that was killed a moment ago may still be closing the file. */
    private static final Duration LOCK_LIMIT = Duration.ofSeconds(3);

    private static final Duration LOCK_PAUSE = Duration.ofMillis(50);

    private EmbeddedDatabase() {}

    /** Runs the server on the file that the one argument names. */
    public static void main(String... args) throws IOException, InterruptedException {
        // A terminal sends Ctrl-C to us as well; our owner decides when it is time to end.
        Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
        Signal.handle(new Signal("HUP"), SignalHandler.SIG_IGN);
        MVStore store;
        try {
            store = open(Path.of(args[0]));
        } catch (MVStoreException e) {
            System.out.println(isLocked(e) ? "locked" : "failed " + firstLine(e));
            return;
        }
        // Closes the store, too.
        MongoServer server = new MongoServer(new H2Backend(store));
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
}

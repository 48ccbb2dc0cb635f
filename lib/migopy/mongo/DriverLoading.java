package migopy.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import java.util.Date;
import migopy.settings.ConnectionSettings;
import org.bson.types.ObjectId;

/**
 * Loads the driver while the main thread still reads words and settings: a third of what a short
 * command needs the processor for, and a second one is there nearly everywhere.
 */
public final class DriverLoading implements AutoCloseable {
    private final Thread thread = new Thread(DriverLoading::load, "migopy-driver");

    private DriverLoading() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Begins. Nothing is connected, and nothing that fails here matters: it would fail again. */
    public static DriverLoading start() {
        ConnectionSettings.acceptNoLoggingLibrary();
        return new DriverLoading();
    }

    private static void load() {
        try {
            MongoClientSettings.builder()
                    .applyConnectionString(new ConnectionString("mongodb://localhost"))
                    .build();
            ObjectId.get(); // asks for random numbers, which takes a provider's classes
        } catch (LinkageError e) {
            return; // a damaged jar: the command itself fails of it, and reports it
        }
        // A monitor tells its log what it has found, dates in words, before it tells anybody else:
        // though nobody keeps that log, it would wait here for the names of all time zones.
        new Date().toString();
    }

    /** Waits for its end, a few milliseconds at most: there is nothing in it to wait for. */
    @Override
    public void close() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs migopy.java's main and samples the active thread a thousand times a second: the migration's
 * thread while there is one, otherwise the main thread.
 *
 * <p>Writes a line per sample into the file that the property {@code profile} names: whether it is
 * in the steps or around them, and what the thread does.
 */
public class Profile {
    private static final String MIGRATION = "migopy-migration";

    private final Thread main = Thread.currentThread();
    private final List<String> samples = new ArrayList<>();

    public static void main(String... args) throws ReflectiveOperationException {
        Profile profile = new Profile();
        Thread sampler = new Thread(profile::sample, "profile");
        sampler.setDaemon(true); // the program ends the JVM by itself
        sampler.setPriority(Thread.MAX_PRIORITY);
        Runtime.getRuntime().addShutdownHook(new Thread(profile::write, "profile-end"));
        sampler.start();
        Class.forName("migopy").getMethod("main", String[].class).invoke(null, (Object) args);
    }

    private void sample() {
        try {
            while (true) {
                Thread.sleep(1);
                Map<Thread, StackTraceElement[]> all = Thread.getAllStackTraces();
                StackTraceElement[] stack = all.getOrDefault(main, new StackTraceElement[0]);
                String where = has(stack, "migopy.run.Steps") ? "steps" : "around";
                for (Map.Entry<Thread, StackTraceElement[]> each : all.entrySet()) {
                    if (each.getKey().getName().equals(MIGRATION)
                            && has(each.getValue(), "migopy.run.MigrationThread")) {
                        stack = each.getValue();
                    }
                }
                synchronized (samples) {
                    samples.add(where + "\t" + what(stack));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String what(StackTraceElement[] stack) {
        boolean driver = has(stack, "com.mongodb.") || has(stack, "org.bson.");
        boolean waits =
                stack.length > 0 && List.of("poll", "park", "wait", "read0").contains(stack[0].getMethodName());
        if (driver) {
            return waits ? "waiting for the server" : "in the driver";
        }
        if (has(stack, "migopy.mongo.Connection")) {
            return "waiting for the connection";
        }
        if (has(stack, "migopy.run.Call")) {
            return "handing over to the migration's thread";
        }
        return has(stack, "migopy.files.") ? "sources and classes" : "all else";
    }

    private static boolean has(StackTraceElement[] stack, String prefix) {
        for (StackTraceElement frame : stack) {
            if (frame.getClassName().startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private void write() {
        synchronized (samples) {
            try {
                Files.write(
                        Path.of(System.getProperty("profile")),
                        samples,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

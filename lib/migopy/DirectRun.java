package migopy;

import com.mongodb.MongoException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import migopy.files.Jbang;
import migopy.mongo.Connection;
import migopy.mongo.InDoubt;
import migopy.mongo.MongoErrors;
import migopy.observe.Observation;
import migopy.observe.Observation.Refusal;
import migopy.settings.Settings;

/**
 * A migration that is run by its own {@code main}: with the project's settings, and without a record.
 *
 * <p>Only a shutdown hook runs after {@code main}. It reports what {@code execute} would report although nothing was
 * thrown, and ends the process with the same exit code.
 */
final class DirectRun {
    /** The user's entry class; {@code //DEPS ../migopy.java} puts it on the class path. */
    private static final String ENTRY = "migopy";

    private static final List<String> NOT_THE_USERS = List.of("java.", "jdk.", "com.mongodb.", "migopy.", "sun.");

    private final Observation observation;
    private volatile Throwable uncaught;
    private volatile Path home = Path.of("").toAbsolutePath();

    private DirectRun(Observation observation) {
        this.observation = observation;
    }

    static Migration.Binding open() {
        Observation observation = new Observation();
        DirectRun run = new DirectRun(observation);
        Thread.setDefaultUncaughtExceptionHandler(run::report);
        Settings settings = entry().settings();
        run.home = settings.home();
        // Not closed: it lives as long as main, and its threads are daemons.
        Connection connection =
                Connection.open(settings, "direct-" + Integer.toHexString(new SecureRandom().nextInt()));
        Migration.Binding binding = Migration.Binding.observed(settings.home(), connection, observation);
        observation.bind();
        connection.watch(observation);
        Runtime.getRuntime().addShutdownHook(new Thread(run::atEnd, "migopy-end"));
        System.err.println("%s. Nothing is recorded; what is: %s"
                .formatted(connection.describe(), run.command("{migopy} run FILE --reason \"...\"")));
        return binding;
    }

    private static Settings.Provider entry() {
        try {
            ClassLoader loader = Thread.currentThread().getContextClassLoader();
            Object entry =
                    Class.forName(ENTRY, true, loader).getDeclaredConstructor().newInstance();
            if (entry instanceof Settings.Provider source) {
                return source;
            }
        } catch (ReflectiveOperationException e) {
            throw new MigopyException(
                    MigopyException.Kind.USAGE,
                    "The project's migopy.java is not on the class path",
                    "Begin the file with: //DEPS ../migopy.java",
                    e);
        }
        throw MigopyException.usage(
                "The class migopy does not extend MigrationsManager",
                "Declare it as: public class migopy extends MigrationsManager");
    }

    /** Reports an uncaught exception: with its stack trace if the migration's own code threw it. */
    private void report(Thread thread, Throwable thrown) {
        if (thrown instanceof Migration.Skipped skipped) {
            System.err.println(skipped.getMessage());
            atEnd();
            Runtime.getRuntime().halt(0);
        }
        Throwable reason = thrown instanceof Refusal refusal ? refusal.reason() : thrown;
        if (reason instanceof MigopyException known) {
            end(known);
        }
        uncaught = thrown;
        System.err.print("Exception in thread \"" + thread.getName() + "\" ");
        thrown.printStackTrace();
    }

    /** Reports what was not thrown, and ends the process if there is such a thing. */
    private void atEnd() {
        if (isSignalled()) {
            return;
        }
        Throwable unnoticed = uncaught == null ? observation.unnoticed() : uncaught;
        MongoException lost = unnoticed == null ? null : InDoubt.in(unnoticed);
        for (Throwable each : observation.unanswered()) {
            lost = lost == null && unnoticed != null ? InDoubt.in(each) : lost;
        }
        lost = lost == null ? InDoubt.lost(observation.unanswered()) : lost;
        if (lost != null) {
            end(new MigopyException(
                    MigopyException.Kind.UNKNOWN,
                    "What the server did is unknown: %s: %s"
                            .formatted(lost.getClass().getSimpleName(), MongoErrors.words(lost)),
                    "Find out how far the migration got before you run it again",
                    lost));
        } else if (unnoticed instanceof MigopyException known) {
            end(known);
        } else if (unnoticed != null) {
            Runtime.getRuntime().halt(MigopyException.Kind.FAILED.exitCode()); // a thread's exception, shown before
        }
    }

    private void end(MigopyException known) {
        System.err.println(known.getMessage());
        Throwable thrown = known.getCause() == null ? known : known.getCause();
        for (StackTraceElement frame : thrown.getStackTrace()) {
            if (NOT_THE_USERS.stream().noneMatch(frame.getClassName()::startsWith)) {
                System.err.println("    at " + frame);
                break;
            }
        }
        System.err.println(command(known.hint()));
        Runtime.getRuntime().halt(known.kind().exitCode());
    }

    /** Whether a signal ends the process: its exit code is the signal's. */
    private static boolean isSignalled() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getClassName().startsWith("java.lang.Terminator"));
    }

    private String command(String hint) {
        return hint.replace(MigopyException.COMMAND, Jbang.launcher(home, System.getenv()));
    }
}

package migopy;

import java.security.SecureRandom;
import migopy.mongo.Connection;
import migopy.observe.Refusal;
import migopy.settings.Settings;
import migopy.settings.SettingsSource;

/** A migration that is run by its own {@code main}: the project's settings, and no record. */
final class DirectRun {
    /** The user's entry class; {@code //DEPS ../migopy.java} puts it on the class path. */
    private static final String ENTRY = "migopy";

    private DirectRun() {}

    static Migration.Binding open() {
        Thread.setDefaultUncaughtExceptionHandler(DirectRun::say);
        Settings settings = entry().settings();
        // Not closed: it lives as long as main, and its threads are daemons.
        Connection connection =
                Connection.open(settings, "direct-" + Integer.toHexString(new SecureRandom().nextInt()));
        Migration.Binding binding = Migration.Binding.withoutRecord(settings.home(), connection, event -> {});
        binding.observation().bind();
        connection.watch(binding.observation());
        System.err.println("%s. Nothing is recorded; what is: %s"
                .formatted(connection.describe(), command("{migopy} run FILE --reason \"...\"")));
        return binding;
    }

    private static SettingsSource entry() {
        try {
            ClassLoader loader = Thread.currentThread().getContextClassLoader();
            Object entry =
                    Class.forName(ENTRY, true, loader).getDeclaredConstructor().newInstance();
            if (entry instanceof SettingsSource source) {
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
                "The class migopy does not extend MigrationsManager", "Let it extend MigrationsManager");
    }

    /**
     * The last words of a direct run: a stack trace only for what the migration's own code threw.
     */
    private static void say(Thread thread, Throwable thrown) {
        if (thrown instanceof Migration.Skipped skipped) {
            System.err.println(skipped.getMessage());
            Runtime.getRuntime().halt(0);
        }
        Throwable reason = thrown instanceof Refusal refusal ? refusal.reason() : thrown;
        if (reason instanceof MigopyException known) {
            System.err.println(known.getMessage());
            System.err.println(command(known.hint()));
            Runtime.getRuntime().halt(known.kind().exitCode());
        }
        System.err.print("Exception in thread \"" + thread.getName() + "\" ");
        thrown.printStackTrace();
    }

    private static String command(String hint) {
        return hint.replace(MigopyException.COMMAND, "jbang migopy.java");
    }
}

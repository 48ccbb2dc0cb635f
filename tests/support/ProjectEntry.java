package support;

import java.util.Map;
import migopy.MigrationsManager;

/**
 * The entry class of a project without settings of its own, for runs inside the test's JVM and for
 * {@link Project#startBare}.
 */
final class ProjectEntry extends MigrationsManager {
    private final Map<String, String> environment;

    ProjectEntry(Map<String, String> environment) {
        this.environment = environment;
    }

    public static void main(String... args) {
        System.exit(new ProjectEntry(System.getenv()).run(args));
    }

    @Override
    protected Map<String, String> environment() {
        return environment;
    }
}

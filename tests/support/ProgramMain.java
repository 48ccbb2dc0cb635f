package support;

import migopy.MigrationsManager;

/** The entry class of a project without settings of its own, as the program of a JVM. */
public class ProgramMain extends MigrationsManager {
    public static void main(String... args) {
        System.exit(new ProgramMain().run(args));
    }
}

package mongo.fix;

import migopy.MigrationsManager;

/** The entry class of a project without settings of its own, for a shell on a pseudo-terminal. */
public class ShellMain extends MigrationsManager {
    public static void main(String... args) {
        System.exit(new ShellMain().run(args));
    }
}

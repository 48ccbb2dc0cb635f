///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//SOURCES lib/migopy/MigrationsManager.java
import migopy.MigrationsManager;
import picocli.CommandLine.Command;

/** The worked example's entry script: its settings, and one task of its own. */
public class migopy extends MigrationsManager {
    {
        mongoDatabase = "app";
    }

    @Command(description = "Say hello: a task of this project's own")
    void hello() {
        System.out.println("Hello from " + mongoDatabase);
    }

    public static void main(String... args) {
        System.exit(new migopy().run(args));
    }
}

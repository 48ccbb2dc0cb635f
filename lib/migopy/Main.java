package migopy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import migopy.command.Init;
import migopy.command.Program;
import migopy.command.Project;
import migopy.files.EntryScript;
import migopy.lint.LintRules;
import migopy.run.RunContext.Hooks;
import migopy.settings.Setting;
import migopy.settings.SettingsResolver;

/**
 * The main class of the library's jar. In a project's folder, or in one below it, it runs the project's own migopy.java, as
 * {@code ./migopy} does. Elsewhere it creates projects and prints help.
 */
public final class Main {
    /** How long a run may take to end after a signal: it records what happened within 120 s. */
    private static final long ENDING_SECONDS = 150;

    private Main() {}

    /**
     * Runs the command that the arguments name, and ends the JVM with its exit code (docs/reference.md).
     *
     * @throws InterruptedException never, because nothing interrupts the main thread
     */
    public static void main(String... arguments) throws InterruptedException {
        Map<String, String> environment = System.getenv();
        Path here = Path.of("").toAbsolutePath();
        String named = environment.get(Setting.HOME.environment());
        Path home = SettingsResolver.nearest(
                named == null ? here : here.resolve(named).normalize());
        System.exit(home == null ? outside(here, arguments) : inside(here, home, environment, arguments));
    }

    private static int outside(Path here, String... arguments) {
        MigopyException missing = MigopyException.usage(
                "There is no migopy.java in %s or a folder above it".formatted(here),
                "Change to a project's folder, or create a project: {migopy} init shop");
        return run(missing, arguments);
    }

    /** Runs a command that needs no project; any other fails with the reason for which there is none. */
    private static int run(MigopyException reason, String... arguments) {
        return new Program(new NoProject(reason), Program.standardOutput(arguments), System.err, true).run(arguments);
    }

    private static int inside(Path here, Path home, Map<String, String> environment, String... arguments)
            throws InterruptedException {
        List<String> command = EntryScript.command(here, home, environment);
        if (command == null) {
            return run(
                    MigopyException.usage(
                            "%s has neither the launcher migopy nor jbang, and JBang was not found".formatted(home),
                            "Create the launchers: {migopy} init"),
                    arguments);
        }
        List<String> line = new ArrayList<>(command);
        line.addAll(List.of(arguments));
        Process child;
        try {
            child = new ProcessBuilder(line).inheritIO().start();
        } catch (IOException e) {
            return run(
                    new MigopyException(
                            MigopyException.Kind.USAGE,
                            "%s cannot be started".formatted(command.get(0)),
                            "Check its permissions and its first line",
                            e),
                    arguments);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(child), "migopy-end"));
        return child.waitFor();
    }

    /**
     * Ends with the child's exit code. After a signal, which started the shutdown, it is passed on to a child that is still
     * running. A child that a terminal has signalled too treats it as the same signal.
     */
    private static void end(Process child) {
        try {
            child.destroy();
            if (child.waitFor(ENDING_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(child.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What stands for a project where there is none. */
    private record NoProject(MigopyException reason) implements Project {
        @Override
        public Map<Setting, String> fields() {
            throw reason;
        }

        @Override
        public Map<String, String> environment() {
            return System.getenv();
        }

        @Override
        public String command(boolean asProgram) {
            return "jbang " + Init.library();
        }

        @Override
        public Hooks hooks() {
            throw reason;
        }

        @Override
        public String runId() {
            return "";
        }

        @Override
        public void lint(LintRules rules) {
            throw reason;
        }

        @Override
        public Object tasks() {
            return this;
        }
    }
}

package mongo.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import support.Checkout;
import support.Scratch;

/** A folder with the two launchers and a migopy.java that prints its arguments and environment. */
record Launcher(Path folder) {
    /** Needs no jars, so that it can be built offline; its helper has the name of one of Migopy's answers. */
    private static final String ENTRY = """
        //JAVA 17+
        //SOURCES command/StatusAnswer.java
        //SOURCES more/*.java
        //RUNTIME_OPTIONS "-Dfrom.the.script=a b"
        import java.nio.charset.StandardCharsets;
        import java.nio.file.Path;
        import java.util.List;
        import migopy.command.StatusAnswer;

        public class migopy {
            public static void main(String... args) throws Exception {
                List<String> arguments = List.of(args);
                System.out.println("arguments " + arguments + " of " + arguments.size());
                System.out.println("pid " + ProcessHandle.current().pid());
                for (String name : List.of("MIGOPY_HOME", "MIGOPY_COMMAND", "MIGOPY_CACHE", "LC_ALL")) {
                    System.out.println(name + " " + System.getenv(name));
                }
                System.out.println("property " + System.getProperty("from.the.script"));
                System.out.println("option " + System.getProperty("from.the.option"));
                System.out.println("file names " + System.getProperty("sun.jnu.encoding"));
                System.out.println("java " + System.getProperty("java.home"));
                for (String option : ProcessHandle.current().info().arguments().orElseThrow()) {
                    if (option.endsWith(".jsa")) {
                        System.out.println("archive " + Path.of(option).getFileName());
                    }
                }
                System.out.println(new StatusAnswer());
                System.out.print(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
                if (arguments.contains("wait")) {
                    Thread.currentThread().join(60_000);
                }
                System.exit(arguments.contains("seven") ? 7 : 0);
            }
        }
        """;

    static Launcher create() {
        return createIn(Scratch.folder("a project's folder"));
    }

    /** Creates one in a folder of this name. */
    static Launcher create(String name) {
        return createIn(Scratch.folder("parent").resolve(name));
    }

    private static Launcher createIn(Path folder) {
        try {
            Launcher made = new Launcher(Files.createDirectories(folder).toRealPath());
            for (String launcher : new String[] {"jbang", "migopy"}) {
                made.program(launcher, Files.readString(Checkout.root().resolve(launcher)));
            }
            made.write("migopy.java", ENTRY);
            made.answer("first");
            made.write("more/None.java", "class None {}");
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the helper answer with a text. */
    void answer(String text) {
        write(
                "command/StatusAnswer.java",
                "package migopy.command; public class StatusAnswer { public String toString()"
                        + " { return \"answer %s\"; } }".formatted(text));
    }

    Path write(String file, String text) {
        try {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            return Files.writeString(path, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path program(String file, String text) {
        try {
            return Files.setPosixFilePermissions(write(file, text), PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns an environment in which archives are created in time: its {@code nice} has no effect, because a nice
     * process would wait for other tests that fill the machine.
     */
    Map<String, String> archiving() {
        Path nice = program("bin/nice", "#!/bin/sh\nexec \"$@\"\n");
        return Map.of("MIGOPY_ARCHIVE", "on", "PATH", nice.getParent() + ":" + System.getenv("PATH"));
    }

    /** Replaces jbang with a script that fails, to show who calls it. */
    void breakJbang() {
        program("jbang", "#!/bin/sh\necho jbang was called >&2\nexit 99\n");
    }

    /** Returns the path of JBang's own jar, which need not exist. */
    static Path jbangsJar() {
        String dir = System.getenv("JBANG_DIR");
        return (dir == null ? Path.of(System.getenv("HOME"), ".jbang") : Path.of(dir))
                .resolve("jbang-cli-0.132.1-all.jar");
    }

    /** Returns a prefix for a command that drops root's rights. */
    static List<String> withoutRootRights() {
        return System.getProperty("user.name").equals("root")
                ? List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
                : List.of();
    }

    Launched migopy(String... arguments) {
        return Launched.run(folder, command("./migopy", arguments));
    }

    static String[] command(String first, String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = first;
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return command;
    }
}

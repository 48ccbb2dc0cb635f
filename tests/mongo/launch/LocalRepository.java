package mongo.launch;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import support.Checkout;
import support.Scratch;

/**
 * A local Maven repository of the tests' own, with the library's jar, which {@code .ci/package} builds once.
 *
 * @param folder it
 * @param built the folder with the built files only
 * @param directive the line that a project's migopy.java needs
 * @param jar the library's jar in it
 */
record LocalRepository(Path folder, Path built, String directive, Path jar) {
    private static LocalRepository instance;

    static synchronized LocalRepository get() throws IOException {
        if (instance == null) {
            Path folder = Scratch.folder("repository");
            Path built = Scratch.folder("built");
            linkTheUsersRepository(folder);
            var environment = Map.of("JBANG_REPO", folder.toString());
            List<String> lines = Launched.run(
                            Checkout.root(), environment, ".ci/package", "--install", built.toString())
                    .exits(0)
                    .out()
                    .lines()
                    .toList();
            Path jar = folder.resolve(built.relativize(Path.of(lines.get(1))));
            instance = new LocalRepository(folder, built, lines.get(0), jar);
        }
        return instance;
    }

    /** Links to all that the user's local repository contains, so that nothing is installed there or fetched again. */
    private static void linkTheUsersRepository(Path folder) throws IOException {
        String repository = System.getenv("JBANG_REPO");
        Path theirs = repository == null ? Path.of(System.getenv("HOME"), ".m2/repository") : Path.of(repository);
        Path own = folder;
        for (String group : List.of("io", "github", "migopy")) {
            try (DirectoryStream<Path> others = Files.newDirectoryStream(theirs, each -> !each.endsWith(group))) {
                for (Path other : others) {
                    Files.createSymbolicLink(own.resolve(other.getFileName()), other);
                }
            }
            theirs = theirs.resolve(group);
            own = Files.createDirectory(own.resolve(group));
        }
    }

    /** Returns the library's coordinates, with its version. */
    String coordinates() {
        return directive.substring("//DEPS ".length());
    }

    /** Returns the environment of a user who has nothing but this repository and JBang's own jar. */
    Map<String, String> ofANewUser() throws IOException {
        Path home = Scratch.folder("home").toRealPath();
        Path jbang = Files.createDirectory(home.resolve(".jbang"));
        if (Files.exists(Launcher.jbangsJar())) {
            Files.copy(Launcher.jbangsJar(), jbang.resolve(Launcher.jbangsJar().getFileName()));
        }
        return Map.of(
                "HOME", home.toString(),
                "JBANG_DIR", jbang.toString(),
                "JBANG_REPO", folder.toString(),
                // Java does not ask HOME for the user's folder.
                "JBANG_JAVA_OPTIONS", "-Duser.home=" + home,
                "PATH", Checkout.root() + ":" + System.getenv("PATH"));
    }
}

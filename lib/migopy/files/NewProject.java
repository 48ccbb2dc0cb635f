package migopy.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import migopy.MigopyException;
import migopy.console.Wording;

/** Writes the files of a new project. Those that exist are kept as they are. */
public final class NewProject {
    /** The folder of the texts among the library's classes: {@code //FILES} of MigrationsManager lists them. */
    private static final String TEXTS = "/migopy/project/";

    private static final String SCRIPT = "migopy.java";

    private static final List<String> LAUNCHERS = List.of("migopy", "jbang");

    private static final List<String> IGNORED = List.of(".migopy/", "mongodumps/", "hs_err_pid*.log");

    /** A launcher with other line ends is not found by its first line. */
    private static final List<String> ATTRIBUTES = List.of("migopy text eol=lf", "jbang text eol=lf");

    /** Gives the launchers their line ends too. */
    private static final String ALL_FILES = "\\*\\s.*\\beol=lf\\b.*";

    /** The names that Docker Compose looks for, in its order: a new file of the first would hide the others. */
    private static final List<String> COMPOSE =
            List.of("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml");

    /** No configuration of Git comes near this size, in bytes. */
    private static final int SIZE_LIMIT = 1 << 20;

    /**
     * What a new project has.
     *
     * @param library the library's coordinates with the version
     * @param database its database
     * @param editorFriendly whether migrations are named as classes can be
     * @param extras its further files
     */
    public record Choice(String library, String database, boolean editorFriendly, List<Extra> extras) {}

    /** A file that a project can have. */
    public enum Extra {
        GITHUB(".github/workflows/migrations.yml", "github.yml"),
        GITLAB(".gitlab-ci.yml", "gitlab.yml"),
        COMPOSE("compose.yaml", "compose.yaml"),
        DOCKER("Dockerfile", "Dockerfile");

        private final String path;
        private final String text;

        Extra(String path, String text) {
            this.path = path;
            this.text = text;
        }
    }

    /**
     * A file of the project.
     *
     * @param path relative to the project's folder; that of a folder ends with a slash
     * @param created false if it existed
     * @param missing the lines that it should have, and lacks
     */
    public record ProjectFile(String path, boolean created, List<String> missing) {}

    private final Path folder;
    private final List<ProjectFile> files = new ArrayList<>();

    private NewProject(Path folder) {
        this.folder = folder;
    }

    /** Returns whether a folder has a project already. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(SCRIPT));
    }

    /**
     * Writes the files that are missing, and creates the folder.
     *
     * @return all files of the project
     * @throws MigopyException usage, if a file cannot be written, or a folder has its name
     */
    public static List<ProjectFile> write(Path folder, Choice choice) {
        NewProject project = new NewProject(folder);
        try {
            project.writeAll(choice);
        } catch (IOException e) {
            throw MigopyException.usage(
                    "The project in %s cannot be written: %s"
                            .formatted(Wording.visible(folder.toString()), MigrationDirectory.reason(e)),
                    "Check the permissions of the folder, and the free disk space");
        }
        return List.copyOf(project.files);
    }

    private void writeAll(Choice choice) throws IOException {
        for (String launcher : LAUNCHERS) {
            if (Files.isDirectory(folder.resolve(launcher))) {
                throw MigopyException.usage(
                        "%s is a folder, and the launcher must have that name"
                                .formatted(
                                        Wording.visible(folder.resolve(launcher).toString())),
                        "Choose another folder for the project, for example: {migopy} init shop");
            }
        }
        write(SCRIPT, script(choice), true);
        for (String launcher : LAUNCHERS) {
            write(launcher, text(launcher), true);
        }
        createMigrations();
        writeLines(".gitignore", IGNORED);
        writeLines(".gitattributes", ATTRIBUTES);
        for (Extra extra : choice.extras()) {
            write(extra == Extra.COMPOSE ? composeFile() : extra.path, text(extra.text), false);
        }
    }

    /** Returns the text of migopy.java, from the template of JBang's catalog. */
    private static String script(Choice choice) throws IOException {
        String pattern =
                "migrationsFilePattern = \"m(?<number>[0-9]+)_[a-z0-9_]+\\\\.java\"; // names that classes can have";
        String database = "mongoDatabase = \"" + choice.database() + "\";";
        return text("script.qute")
                .replace("{|", "")
                .replace("|}", "")
                .replace("{baseName}", "migopy")
                .replaceFirst("(?m)^//DEPS .*$", "//DEPS " + choice.library())
                .replace(
                        "mongoDatabase = \"app\";",
                        choice.editorFriendly() ? database + "\n        " + pattern : database);
    }

    private static String text(String name) throws IOException {
        try (InputStream in = NewProject.class.getResourceAsStream(TEXTS + name)) {
            if (in == null) {
                throw new IllegalStateException("the library lacks " + TEXTS + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String composeFile() {
        for (String name : COMPOSE) {
            if (Files.exists(folder.resolve(name))) {
                return name;
            }
        }
        return Extra.COMPOSE.path;
    }

    private void createMigrations() throws IOException {
        Path migrations = folder.resolve("mongomigrations");
        boolean exists = Files.isDirectory(migrations);
        Files.createDirectories(migrations);
        files.add(new ProjectFile("mongomigrations/", !exists, List.of()));
    }

    private void writeLines(String path, List<String> lines) throws IOException {
        if (write(path, String.join("\n", lines) + "\n", false)) {
            return;
        }
        List<String> missing = new ArrayList<>(lines);
        try (InputStream in = Files.newInputStream(folder.resolve(path))) {
            String text = new String(in.readNBytes(SIZE_LIMIT), StandardCharsets.UTF_8);
            for (String line : text.lines().map(String::strip).toList()) {
                missing.removeIf(each -> line.equals(each) || line.equals("/" + each) || line.matches(ALL_FILES));
            }
        }
        files.set(files.size() - 1, new ProjectFile(path, false, List.copyOf(missing)));
    }

    /** Writes a file if there is none, and notes whether there was. */
    private boolean write(String path, String text, boolean executable) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        boolean created = true;
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            try {
                out.write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                Files.delete(file); // half of a file would be kept by the next attempt
                throw e;
            }
        } catch (FileAlreadyExistsException e) {
            created = false;
        }
        if (created && executable) {
            NewMigration.makeExecutable(file);
        }
        files.add(new ProjectFile(path, created, List.of()));
        return created;
    }
}

package migopy.command;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.MigopyException;
import migopy.console.Answer;
import migopy.console.Json;
import migopy.console.Wording;
import migopy.console.Words;
import migopy.files.NewProject;
import migopy.files.NewProject.Choice;
import migopy.files.NewProject.Extra;
import migopy.files.NewProject.ProjectFile;
import migopy.files.OtherTools;
import migopy.journal.Actor;
import migopy.settings.MongoNames;
import migopy.settings.Setting;
import org.bson.Document;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code init [FOLDER]}. */
@Command(
        name = "init",
        description = {
            "Creates a project: migopy.java, the launchers, mongomigrations/, and files for Git. Keeps what exists.",
            "Its database is that of --database, else named like the folder."
        })
public final class Init implements Action {
    /** The library in Maven repositories. {@code .ci/package} reads it here. */
    private static final String ARTIFACT = "io.github.migopy:migopy";

    private static final Set<String> DATABASES_OF_MONGODB = Set.of("admin", "config", "local");

    @Parameters(arity = "0..1", paramLabel = "FOLDER", description = "the project's folder; default: the current one")
    private String folder = ".";

    @Option(names = "--ci", paramLabel = "github|gitlab", description = "also a pipeline")
    private String ci;

    @Option(names = "--compose", description = "also a compose.yaml with a MongoDB for development")
    private boolean compose;

    @Option(names = "--docker", description = "also a Dockerfile for an image with the migrations")
    private boolean docker;

    @Option(
            names = "--editor-friendly",
            description = "names migrations m1_add_users.java, which every Java editor accepts")
    private boolean editorFriendly;

    /** Returns the library's coordinates, with this version. */
    public static String library() {
        return ARTIFACT + ":" + Actor.VERSION;
    }

    @Override
    public int run(Session session) {
        Map<Setting, String> settings = new LinkedHashMap<>(session.typed().settings());
        String database = settings.remove(Setting.DATABASE);
        if (!settings.isEmpty()) {
            throw MigopyException.usage(
                    "init does not take %s: it connects to nothing"
                            .formatted(settings.keySet().iterator().next().option()),
                    "Set it in migopy.java, in the environment, or for each command");
        }
        Path directory = directory();
        List<Extra> extras = extras();
        List<String> notices = new ArrayList<>();
        String chosen = null;
        if (!NewProject.isIn(directory)) {
            chosen = checked(database == null ? nameOf(directory) : database);
        } else if (database != null || editorFriendly) {
            notices.add(
                    "migopy.java is kept as it is, without " + (database != null ? "--database" : "--editor-friendly"));
        }
        List<ProjectFile> files = NewProject.write(directory, new Choice(library(), chosen, editorFriendly, extras));
        addNotices(notices, session.project().environment(), directory, files);
        session.console().answer(new InitAnswer(folder, chosen, files, notices));
        return 0;
    }

    private Path directory() {
        Path directory;
        try {
            directory = Path.of(folder).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw MigopyException.usage(folder + " is not a path: " + e.getReason(), "Choose another folder");
        }
        if (folder.isBlank() || Files.exists(directory) && !Files.isDirectory(directory)) {
            throw MigopyException.usage(Wording.word(folder) + " is not a folder", "Choose another folder");
        }
        return directory;
    }

    private List<Extra> extras() {
        List<Extra> extras = new ArrayList<>();
        if (ci != null) {
            extras.add(
                    switch (ci) {
                        case "github" -> Extra.GITHUB;
                        case "gitlab" -> Extra.GITLAB;
                        default ->
                            throw MigopyException.usage(
                                    "There is no pipeline for " + ci, "Choose one of: --ci github, --ci gitlab");
                    });
        }
        if (compose) {
            extras.add(Extra.COMPOSE);
        }
        if (docker) {
            extras.add(Extra.DOCKER);
        }
        return extras;
    }

    private static String nameOf(Path directory) {
        Path name = directory.getFileName();
        return name == null ? "" : name.toString();
    }

    private String checked(String name) {
        String problem = DATABASES_OF_MONGODB.contains(name)
                ? "is a database of MongoDB itself"
                : name.chars().anyMatch(Character::isISOControl)
                        ? "contains a control character"
                        : MongoNames.problemWithDatabase(name);
        if (problem != null) {
            String typed = folder.equals(".") ? "" : " " + Wording.word(folder);
            throw MigopyException.usage(
                    "The database cannot be named %s: it %s".formatted(Wording.visible(name), problem),
                    "Choose a name: {migopy} init%s --database app".formatted(typed));
        }
        return name;
    }

    private void addNotices(
            List<String> notices, Map<String, String> environment, Path directory, List<ProjectFile> files) {
        if (Init.class.getPackage().getImplementationVersion() == null && !isInstalled(environment)) {
            notices.add(
                    "%s is not in the local Maven repository. Unless it is released, run in the checkout: .ci/package --install"
                            .formatted(library()));
        }
        for (ProjectFile file : files) {
            if (!file.missing().isEmpty()) {
                notices.add("%s lacks: %s".formatted(within(folder, file.path()), String.join(", ", file.missing())));
            }
        }
        Path top = ci == null ? null : topOfRepository(directory);
        if (top != null && !top.equals(directory)) {
            notices.add(
                    "Pipelines are read from the top of the repository, %s. Move the file there, and let it run in %s"
                            .formatted(top, top.relativize(directory)));
        }
        OtherTools.in(directory)
                .forEach((tool, file) -> notices.add("%s names %s. To take over its journal, run: ./migopy adopt"
                        .formatted(within(folder, file), tool)));
    }

    /** Whether the library is where JBang keeps jars. */
    private static boolean isInstalled(Map<String, String> environment) {
        String repository = environment.get("JBANG_REPO");
        Path jars = repository == null
                ? Path.of(System.getProperty("user.home"), ".m2", "repository")
                : Path.of(repository);
        String[] parts = library().split(":");
        return Files.isDirectory(
                jars.resolve(parts[0].replace('.', '/')).resolve(parts[1]).resolve(parts[2]));
    }

    /** Returns the top of the repository of Git that a folder is in, or null. */
    static Path topOfRepository(Path directory) {
        for (Path each = directory; each != null; each = each.getParent()) {
            if (Files.exists(each.resolve(".git"))) {
                return each;
            }
        }
        return null;
    }

    /** Returns a file's path as a user would type it. */
    private static String within(String folder, String file) {
        return folder.equals(".") ? file : Wording.folder(folder) + file;
    }

    /**
     * The result of {@code init}.
     *
     * @param folder the project's folder as it was typed
     * @param database the database in the new migopy.java, or null if there was one
     * @param files the project's files, in the order in which they are created
     * @param notices information, one line each
     */
    public record InitAnswer(String folder, String database, List<ProjectFile> files, List<String> notices)
            implements Answer {
        public InitAnswer {
            files = List.copyOf(files);
            notices = List.copyOf(notices);
        }

        @Override
        public void words(Words out) {
            for (ProjectFile file : files) {
                out.line("%-7s  %s".formatted(outcome(file), within(folder, file.path())));
            }
            if (!notices.isEmpty()) {
                out.gap();
                notices.forEach(out::line);
            }
            if (database == null) {
                return;
            }
            out.gap();
            String enter = folder.equals(".") ? "" : "cd " + Wording.word(folder) + " && ";
            out.line("The database is %s on localhost:27017, as migopy.java says.".formatted(database));
            out.line("Next: %s./migopy create add users".formatted(enter));
            out.line("Without a MongoDB server, add --embedded to each command.");
        }

        private static String outcome(ProjectFile file) {
            return file.created() ? "created" : "exists";
        }

        @Override
        public Document json() {
            Document answer = new Document("folder", folder);
            Json.put(answer, "database", database);
            return answer.append(
                            "files",
                            files.stream()
                                    .map(file -> new Document("path", within(folder, file.path()))
                                            .append("outcome", outcome(file)))
                                    .toList())
                    .append("notices", notices);
        }
    }
}

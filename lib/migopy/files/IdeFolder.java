package migopy.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;
import migopy.console.Wording;
import migopy.files.Groups.SourceOutline;
import migopy.files.SourceCompiler.InvalidSource;

/**
 * A folder for editors. Eclipse rejects a source file whose name is not an identifier, so it has links of such names to
 * the migrations, each in a source folder of its own. Migrations that declare the same class names are in different projects.
 * Saving a link writes the migration's file.
 */
public final class IdeFolder {
    /** The number of migrations, the newest, that are linked: an editor reads all of them. */
    private static final int MOST = 100;

    private static final Pattern PUBLIC_CLASS = Pattern.compile(
            "(?m)^\\s*public\\s+(?:(?:final|abstract|sealed|strictfp)\\s+)*(?:class|record|enum|interface)\\s+(\\w+)");

    private static final Pattern LIBRARY =
            Pattern.compile("(?m)^//SOURCES\\s+(\\S*?)/?migopy/MigrationsManager\\.java\\s*$");

    private final Path home;
    private final CacheFolder folder;
    private final Dependencies dependencies;
    private final Consumer<String> notices;

    /**
     * @param home the project's folder
     * @param cacheDirectory which will contain the folder
     * @param environment where JBang is searched, to resolve the migrations' {@code //DEPS}
     * @param notices gets what could not be resolved
     */
    public IdeFolder(Path home, Path cacheDirectory, Map<String, String> environment, Consumer<String> notices) {
        this.home = home;
        this.folder = new CacheFolder(cacheDirectory.resolve("ide"));
        this.dependencies = new Dependencies(home, cacheDirectory, environment);
        this.notices = notices;
    }

    /** Returns the folder to open. */
    public Path path() {
        return folder.path();
    }

    /** The migrations of one project, and the class names that they declare. */
    private record LinkedProject(String name, List<MigrationSource> migrations, Set<String> declared) {
        boolean takes(Set<String> names) {
            return names.stream().noneMatch(declared::contains);
        }
    }

    /**
     * Writes the folder, or brings it up to date.
     *
     * @param files all migrations in order
     * @param wanted the one that will be edited
     * @return its link
     * @throws MigopyException refused: it cannot be read, or a link was replaced by a file with another text; usage: the
     *     folder cannot be written
     */
    public Path write(List<MigrationFile> files, MigrationFile wanted) {
        List<MigrationFile> linked = new ArrayList<>(files.subList(Math.max(0, files.size() - MOST), files.size()));
        if (!linked.contains(wanted)) {
            linked.add(0, wanted);
        }
        MigrationSource.read(wanted); // the others may be unreadable
        List<MigrationSource> sources = MigrationSource.readAll(linked).sources();
        try {
            folder.create();
            List<Path> libraries = libraries(sources);
            Path link = null;
            List<LinkedProject> projects = projects(sources);
            for (LinkedProject project : projects) {
                for (MigrationSource source : project.migrations()) {
                    Path made = link(project, source);
                    link = source.file().equals(wanted) ? made : link;
                }
                writeFiles(project, libraries);
            }
            write(
                    path().resolve(".idea/modules.xml"),
                    IdeProject.modules(
                            projects.stream().map(LinkedProject::name).toList()));
            keep(path().resolve(".vscode/settings.json"), """
                {
                    "files.exclude": {"**/.classpath": true, "**/.project": true, "**/.settings": true, "**/bin": true},
                    "java.configuration.updateBuildConfiguration": "automatic"
                }
                """);
            return link;
        } catch (IOException e) {
            throw MigopyException.usage(
                    "%s cannot be written: %s"
                            .formatted(Wording.visible(path().toString()), MigrationDirectory.reason(e)),
                    "Set MIGOPY_CACHE to a folder that can be written");
        }
    }

    private List<LinkedProject> projects(List<MigrationSource> sources) {
        List<LinkedProject> projects = new ArrayList<>();
        for (MigrationSource source : sources) {
            Set<String> declared = SourceOutline.of(source.text()).declared();
            LinkedProject project = projects.stream()
                    .filter(one -> one.takes(declared))
                    .findFirst()
                    .orElse(null);
            if (project == null) {
                project = new LinkedProject(projectName(projects.size()), new ArrayList<>(), new HashSet<>());
                projects.add(project);
            }
            project.migrations().add(source);
            project.declared().addAll(declared);
        }
        while (Files.isDirectory(path().resolve(projectName(projects.size())))) {
            // Made before, and no longer needed.
            projects.add(new LinkedProject(projectName(projects.size()), List.of(), Set.of()));
        }
        return projects;
    }

    private static String projectName(int index) {
        return "migrations" + (index == 0 ? "" : "-" + (index + 1));
    }

    /** Returns the class path of all migrations; without the libraries of one whose {@code //DEPS} cannot be resolved. */
    private List<Path> libraries(List<MigrationSource> sources) {
        Set<Path> all = new LinkedHashSet<>(ClassPath.ofThisJvm().entries());
        for (MigrationSource source : sources) {
            try {
                Path base = source.file().path().toAbsolutePath().getParent();
                all.addAll(dependencies.resolve(Directives.of(source.text()), base));
            } catch (InvalidSource e) {
                notices.accept(source.file().name() + " " + e.getMessage());
            }
        }
        return List.copyOf(all);
    }

    private Path link(LinkedProject project, MigrationSource source) throws IOException {
        Path target = source.file().path().toRealPath();
        Path link = path().resolve(project.name()).resolve(source.file().name()).resolve(linkName(source));
        Files.createDirectories(link.getParent());
        if (Files.exists(link) && Files.isSameFile(link, target)) {
            return link;
        }
        if (Files.isRegularFile(link, LinkOption.NOFOLLOW_LINKS) && Files.mismatch(link, target) >= 0) {
            throw MigopyException.refused(
                    "The editor has replaced the link %s by a file".formatted(link),
                    "Keep its text: mv %1$s %2$s; or discard it: rm %1$s"
                            .formatted(Wording.word(link.toString()), Wording.word(target.toString())));
        }
        Files.deleteIfExists(link);
        try {
            Files.createSymbolicLink(link, target);
        } catch (UnsupportedOperationException | IOException e) {
            Files.createLink(link, target); // Windows without the right to create symbolic links
        }
        return link;
    }

    /** Returns the name that Java requires for a public class, else the file's with only the letters of an identifier. */
    private static String linkName(MigrationSource source) {
        Matcher named = PUBLIC_CLASS.matcher(source.text());
        String name = named.find() ? named.group(1) : source.file().name();
        StringBuilder identifier = new StringBuilder(Character.isJavaIdentifierStart(name.charAt(0)) ? "" : "m");
        name.chars().forEach(c -> identifier.append(Character.isJavaIdentifierPart(c) ? (char) c : '_'));
        return identifier + MigrationFile.SUFFIX;
    }

    private void writeFiles(LinkedProject project, List<Path> libraries) throws IOException {
        Path root = path().resolve(project.name());
        List<String> names = project.migrations().stream()
                .map(source -> source.file().name())
                .toList();
        removeOthers(root, names);
        String owner = String.valueOf(home.toAbsolutePath().normalize().getFileName());
        var ide = new IdeProject(project.name(), owner, names, libraries, ClassPath.ofMigopy(), librarySources());
        for (Map.Entry<String, String> file : ide.files().entrySet()) {
            write(root.resolve(file.getKey()), file.getValue());
        }
    }

    /** Removes links to migrations that are renamed or in another project now, and their folders. */
    private static void removeOthers(Path root, List<String> names) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, Files::isDirectory)) {
            for (Path folder : folders) {
                if (!names.contains(folder.getFileName().toString())) {
                    removeLinks(folder);
                }
            }
        }
    }

    private static void removeLinks(Path folder) throws IOException {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(folder, "*" + MigrationFile.SUFFIX)) {
            for (Path link : links) {
                if (Files.isSymbolicLink(link)) {
                    Files.delete(link);
                    Files.deleteIfExists(folder);
                }
            }
        }
    }

    /** Returns the sources that the project's migopy.java compiles; null if it names the library's jar. */
    private Path librarySources() throws IOException {
        Path script = home.resolve("migopy.java");
        Matcher directive = LIBRARY.matcher(Files.isReadable(script) ? Files.readString(script) : "");
        Path found = directive.find() && !directive.group(1).contains(":") ? home.resolve(directive.group(1)) : null;
        return found != null && Files.isDirectory(found) ? found.toRealPath() : null;
    }

    /** Writes a file only if it differs, because an editor then reads it again. */
    private static void write(Path file, String text) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(text)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        }
    }

    /** Writes a file if there is none: the user may change it. */
    private static void keep(Path file, String text) throws IOException {
        if (!Files.exists(file)) {
            write(file, text);
        }
    }
}

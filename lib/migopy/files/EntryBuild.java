package migopy.files;

import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.element.Element;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * Builds a plain {@code migopy.java} as JBang does, but in one JVM and without resolving anything. The launcher {@code
 * migopy}, which may be of another version, calls it when nothing is built yet, and leaves to JBang what it refuses.
 *
 * <p>Plain is a script whose only directives are {@code //JAVA N+} and the {@code //DEPS} of this library's jar, which is
 * in a local Maven repository beside the jars that it needs.
 */
public final class EntryBuild {
    /** A resource of the library's jar: the jars that it needs, below the repository, in JBang's order. */
    private static final String LIBRARIES = "/META-INF/migopy.libraries";

    /** JBang's settings: in its own folder, the current directory, the folders above, and `.jbang/` in each. */
    private static final String SETTINGS = "jbang.properties";

    private static final String MAIN_CLASS = "migopy";
    private static final Set<String> MAIN_METHODS = Set.of("main(java.lang.String...)", "main(java.lang.String[])");

    /** What JBang reads as a directive, and more. It reads them in comments and text blocks too. */
    private static final Pattern DIRECTIVE = Pattern.compile("(?m)^//[A-Z].*|@Grab");

    private static final Pattern VERSION = Pattern.compile("//JAVA ([0-9]{1,4})\\+");

    /** The variables of JBang that do not affect what it builds. The others may. */
    private static final Set<String> HARMLESS = Set.of(
            "JBANG_DIR",
            "JBANG_CACHE_DIR",
            "JBANG_REPO",
            "JBANG_LAUNCH_CMD",
            "JBANG_JAR_URL",
            "JBANG_NO_VERSION_CHECK");

    /** JBang's options for javac, and those that the launcher adds. */
    private static final List<String> OPTIONS = List.of("-g", "-parameters", "-proc:none", "-XDstringConcat=inline");

    private EntryBuild() {}

    /**
     * Builds a script and prints its libraries, one jar per line. Exits with 1 if only JBang can build it.
     *
     * @param args the script, the local Maven repository, the coordinates of this library, and the jar to create
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String... args) throws IOException {
        Path script = Path.of(args[0]);
        boolean plain = isPlain(Files.readString(script), "//DEPS " + args[2])
                && !isConfigured(
                        System.getenv(), Path.of("").toAbsolutePath(), Path.of(System.getProperty("user.home")));
        List<Path> libraries = plain ? libraries(Path.of(args[1])) : List.of();
        if (libraries.isEmpty() || !build(script, libraries, Path.of(args[3]))) {
            System.exit(1);
        }
        for (Path library : libraries) {
            System.out.println(library);
        }
    }

    /** Whether the directives of a script are one {@code //JAVA} that this JVM satisfies and one given {@code //DEPS}. */
    public static boolean isPlain(String text, String dependency) {
        int versions = 0;
        int dependencies = 0;
        int others = 0;
        Matcher directives = DIRECTIVE.matcher(text);
        while (directives.find()) {
            String line = directives.group();
            Matcher version = VERSION.matcher(line);
            if (version.matches()
                    && Integer.parseInt(version.group(1)) <= Runtime.version().feature()) {
                versions++;
            } else if (line.equals(dependency)) {
                dependencies++;
            } else {
                others++;
            }
        }
        return versions == 1 && dependencies == 1 && others == 0;
    }

    /**
     * Whether settings of JBang or Maven may change what JBang builds: the JDK, options of the compiler or the program, the
     * repository.
     *
     * @param directory the current directory
     * @param home the user's home
     * @throws IOException if Maven's settings cannot be read
     */
    public static boolean isConfigured(Map<String, String> environment, Path directory, Path home) throws IOException {
        for (String name : environment.keySet()) {
            if (name.startsWith("JBANG_") && !HARMLESS.contains(name) || name.equals("JDK_JAVAC_OPTIONS")) {
                return true;
            }
        }
        for (Path folder = directory; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve(SETTINGS))
                    || Files.exists(folder.resolve(".jbang").resolve(SETTINGS))) {
                return true;
            }
        }
        String named = environment.get("JBANG_DIR");
        Path jbang = named == null ? home.resolve(".jbang") : Path.of(named);
        Path maven = home.resolve(".m2/settings.xml");
        return Files.exists(jbang.resolve(SETTINGS))
                || Files.exists(jbang.resolve("currentjdk")) // chosen by `jbang jdk default`
                || Files.exists(maven) && Files.readString(maven).contains("<localRepository>");
    }

    /** Returns the class path without the script's own jar; nothing if a jar is missing. */
    private static List<Path> libraries(Path repository) throws IOException {
        List<Path> jars = new ArrayList<>();
        jars.add(Path.of(System.getProperty("java.class.path")));
        try (InputStream in = EntryBuild.class.getResourceAsStream(LIBRARIES)) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                jars.add(repository.resolve(line));
            }
        }
        for (Path jar : jars) {
            if (!Files.isRegularFile(jar)) {
                return List.of();
            }
        }
        return jars;
    }

    /**
     * Compiles a script into a jar. Returns false if there is no compiler, if it reports anything, which JBang would show, or
     * if the class has no main method; the jar, if there is one, is then incomplete.
     *
     * @param jar a file, which is replaced
     * @throws IOException if a file cannot be read or written
     */
    public static boolean build(Path script, List<Path> libraries, Path jar) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            return false;
        }
        Files.deleteIfExists(jar);
        var reported = new DiagnosticCollector<JavaFileObject>();
        try (FileSystem made = FileSystems.newFileSystem(jar, Map.of("create", "true"));
                StandardJavaFileManager files = compiler.getStandardFileManager(reported, null, null)) {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, libraries);
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(made.getPath("/")));
            var sources = files.getJavaFileObjects(script);
            JavacTask task = (JavacTask) compiler.getTask(null, files, reported, OPTIONS, null, sources);
            boolean runs = false;
            for (Element type : task.analyze()) {
                runs |= type.toString().equals(MAIN_CLASS) && hasMain(type);
            }
            task.generate();
            Path manifest = made.getPath("META-INF/MANIFEST.MF");
            Files.createDirectory(manifest.getParent());
            Files.writeString(manifest, "Manifest-Version: 1.0\nMain-Class: " + MAIN_CLASS + "\n");
            return runs && reported.getDiagnostics().isEmpty();
        }
    }

    private static boolean hasMain(Element type) {
        for (Element member : type.getEnclosedElements()) {
            if (MAIN_METHODS.contains(member.toString())) {
                return true;
            }
        }
        return false;
    }
}

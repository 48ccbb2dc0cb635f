package support;

import static java.util.stream.Collectors.joining;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The class path of a project: the classes under test and the library's jars, without those that only tests need. All
 * compilations of the tests use it, because a compiler reads the directory of each jar, and those of the tests' own
 * jars are long.
 */
public final class ProjectClassPath {
    private static final String PROPERTY = "java.class.path";

    /** Prefixes of the names of the library's jars and of its dependencies. */
    private static final List<String> LIBRARY =
            List.of("bson", "java-diff-utils-", "jline-", "mongodb-driver-", "picocli-", "progressbar-", "slf4j-");

    private static final String WITH_TESTS = System.getProperty(PROPERTY);

    private ProjectClassPath() {}

    /** Returns the class path of this JVM, which has the tests' own jars. */
    public static String withTests() {
        return WITH_TESTS;
    }

    /** Makes this JVM report that class path from now on. */
    public static void takeEffect() {
        System.setProperty(
                PROPERTY,
                Stream.of(WITH_TESTS.split(File.pathSeparator))
                        .filter(entry -> isOurs(entry) || isOfTheLibrary(entry))
                        .collect(joining(File.pathSeparator)));
    }

    /** The jar that JBang built, or a folder of classes. */
    private static boolean isOurs(String entry) {
        return entry.endsWith("alltests.jar") || !entry.endsWith(".jar");
    }

    private static boolean isOfTheLibrary(String entry) {
        String name = Path.of(entry).getFileName().toString();
        return LIBRARY.stream().anyMatch(name::startsWith);
    }
}

package migopy.files;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import migopy.Problem;
import migopy.files.SourceCompiler.InvalidSource;

/**
 * The JBang directives of a source that matter to a migration. The others have no effect in this JVM:
 * {@code //DESCRIPTION}, {@code //GAV}, {@code //DOCS}, {@code //MAIN}, {@code //NOINTEGRATIONS},
 * {@code //CDS}, {@code //NATIVE_OPTIONS}, {@code //KOTLIN} and {@code //GROOVY}.
 *
 * @param dependencies the names in {@code //DEPS}, without {@code .java} files
 * @param repositoryLines the lines {@code //REPOS}, unchanged
 * @param resources the names in {@code //FILES}: {@code seed.json} or {@code data/x.json=seed.json}
 * @param java the highest version in {@code //JAVA}, if it is above the running one; else 0
 * @param refused the first line that a migration must not have, and why, or null
 */
record Directives(
        List<String> dependencies, List<String> repositoryLines, List<String> resources, int java, Refused refused) {

    /** A directive that this JVM cannot follow as JBang does. */
    record Refused(String line, String hint) {}

    private static final Directives NONE = new Directives(List.of(), List.of(), List.of(), 0, null);

    private static final String NO_OPTIONS = "Migrations are compiled without compiler options: remove the line";
    private static final String ONE_JVM =
            "All migrations run in one JVM: remove the line, and set MIGOPY_JAVA_OPTIONS instead";
    private static final String NO_JAR = "A migration is not packaged as a jar: remove the line";

    private static final Map<String, String> REFUSED = Map.of(
            "SOURCES",
            "Move shared code to migopy.java or its //SOURCES",
            "PREVIEW",
            "Use no preview features, and remove the line",
            "JAVAC_OPTIONS",
            NO_OPTIONS,
            "COMPILE_OPTIONS",
            NO_OPTIONS,
            "JAVA_OPTIONS",
            ONE_JVM,
            "RUNTIME_OPTIONS",
            ONE_JVM,
            "JAVAAGENT",
            ONE_JVM,
            "MANIFEST",
            NO_JAR,
            "MODULE",
            NO_JAR);

    /** A comment after a directive. */
    private static final Pattern COMMENT = Pattern.compile("\\s//\\s.*");

    private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|'([^']*)'|([^\\s;,\"']+)");

    static Directives of(String text) {
        DirectiveReader reader = new DirectiveReader();
        // JBang reads such a line anywhere, even in a comment or in a text block.
        for (int at = text.indexOf("//"); at >= 0; at = text.indexOf("//", at + 2)) {
            if (at > 0 && text.charAt(at - 1) != '\n' && text.charAt(at - 1) != '\r') {
                continue;
            }
            String line = lineAt(text, at);
            reader.line(line);
            at += line.length() - 2;
        }
        return reader.directives();
    }

    /** Whether the source needs no jar and no file, and has no refused directive. */
    boolean plain() {
        return this == NONE;
    }

    private static String lineAt(String text, int start) {
        int end = start;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return text.substring(start, end);
    }

    private static final class DirectiveReader {
        private final List<String> dependencies = new ArrayList<>();
        private final List<String> repositories = new ArrayList<>();
        private final List<String> resources = new ArrayList<>();
        private int java;
        private Refused refused;

        void line(String line) {
            String name = name(line);
            switch (name) {
                case "" -> {}
                case "DEPS" -> {
                    List<String> own = arguments(line, name);
                    own.removeIf(argument -> argument.endsWith(MigrationFile.SUFFIX));
                    dependencies.addAll(own);
                }
                case "REPOS" -> repositories.add(line.strip());
                case "FILES" -> resources.addAll(arguments(line, name));
                case "JAVA" -> arguments(line, name).forEach(this::version);
                default -> {
                    String hint = refused == null ? REFUSED.get(name) : null;
                    if (hint != null) {
                        refused = new Refused(
                                COMMENT.matcher(line).replaceFirst("").strip(), hint);
                    }
                }
            }
        }

        private void version(String argument) {
            Matcher digits = Pattern.compile("([0-9]{1,4})\\+?").matcher(argument);
            if (digits.matches()) {
                java = Math.max(java, Integer.parseInt(digits.group(1)));
            } else if (refused == null) {
                refused = new Refused("//JAVA " + argument, "Name a version, such as //JAVA 17+, or remove the line");
            }
        }

        Directives directives() {
            if (dependencies.isEmpty() && !repositories.isEmpty() && refused == null) {
                String line =
                        COMMENT.matcher(repositories.get(0)).replaceFirst("").strip();
                refused = new Refused(line, "Without //DEPS it has no effect: remove the line");
            }
            int missing = java > Runtime.version().feature() ? java : 0;
            boolean nothing = dependencies.isEmpty() && resources.isEmpty() && refused == null;
            return nothing && missing == 0
                    ? NONE
                    : new Directives(dependencies, repositories, resources, missing, refused);
        }

        /** Returns the capital letters after the slashes, if a blank or nothing follows them; else "". */
        private static String name(String line) {
            int end = 2;
            while (end < line.length() && isNamePart(line.charAt(end))) {
                end++;
            }
            boolean ends = end == line.length() || Character.isWhitespace(line.charAt(end));
            return ends ? line.substring(2, end) : "";
        }

        private static boolean isNamePart(char c) {
            return c >= 'A' && c <= 'Z' || c == '_';
        }

        /** Splits the names after a directive as JBang does. */
        private static List<String> arguments(String line, String name) {
            String value = COMMENT.matcher(line.substring(2 + name.length())).replaceFirst("");
            List<String> arguments = new ArrayList<>();
            Matcher matcher = ARGUMENT.matcher(value);
            while (matcher.find()) {
                for (int group = 1; group <= matcher.groupCount(); group++) {
                    if (matcher.group(group) != null) {
                        arguments.add(matcher.group(group));
                    }
                }
            }
            return arguments;
        }
    }

    /**
     * Finds the files of {@code //FILES}, by their names as resources. The rules are JBang's: {@code
     * a/b.txt} is {@code b.txt}, {@code c=a/b.txt} is {@code c}, {@code c/=a/b.txt} is {@code
     * c/b.txt}. The files of a folder or a pattern are named relative to the folder, or to the
     * pattern's part without wildcards.
     */
    static final class Resources {
        /** The number of files of a migration; more of them mean a wrong folder. */
        static final int FILE_LIMIT = 10_000;

        private static final int DEPTH_LIMIT = 20;
        private static final String WILDCARDS = "*?[{";

        private final Path base;
        private final Map<String, Path> found = new TreeMap<>();

        private Resources(Path base) {
            this.base = base;
        }

        /**
         * Returns the files by their names as resources, {@code data/seed.json}.
         *
         * @param base the folder to which relative names refer
         * @throws InvalidSource if one of them cannot be used
         */
        static Map<String, Path> of(List<String> arguments, Path base) throws InvalidSource {
            Resources resources = new Resources(base);
            for (String argument : arguments) {
                try {
                    resources.add(argument);
                } catch (IllegalArgumentException e) {
                    throw invalid("%s: %s".formatted(argument, e.getMessage()));
                } catch (IOException e) {
                    throw invalid("%s cannot be read: %s".formatted(argument, MigrationDirectory.reason(e)));
                }
            }
            return resources.found;
        }

        private static InvalidSource invalid(String what) {
            return new InvalidSource(
                    Problem.ProblemKind.NOT_COMPILABLE,
                    "has //FILES " + what,
                    "Name files relative to the migration's own folder",
                    List.of());
        }

        private void add(String argument) throws IOException, InvalidSource {
            int equals = argument.indexOf('=');
            String target = equals < 0 ? "" : argument.substring(0, equals);
            String name = argument.substring(equals + 1);
            FileSystem system = base.getFileSystem();
            if (name.contains("://")
                    || system.getPath(name).isAbsolute()
                    || system.getPath(target).isAbsolute()) {
                throw invalid("%s is not a relative path".formatted(argument));
            }
            int wildcard = firstWildcard(name);
            if (wildcard >= 0) {
                int slash = name.lastIndexOf('/', wildcard);
                addBelow(argument, base.resolve(name.substring(0, slash + 1)), name.substring(slash + 1), target);
                return;
            }
            Path path = base.resolve(name);
            if (Files.isDirectory(path)) {
                addBelow(argument, path, "**", target);
            } else if (Files.isReadable(path)) {
                boolean into = target.isEmpty() || target.endsWith("/");
                put(argument, into ? target + path.getFileName() : target, path);
            } else {
                throw invalid("%s: no such file".formatted(argument));
            }
        }

        private static int firstWildcard(String name) {
            for (int i = 0; i < name.length(); i++) {
                if (WILDCARDS.indexOf(name.charAt(i)) >= 0) {
                    return i;
                }
            }
            return -1;
        }

        private void addBelow(String argument, Path folder, String pattern, String target)
                throws IOException, InvalidSource {
            PathMatcher matcher = folder.getFileSystem().getPathMatcher("glob:" + pattern);
            int before = found.size();
            try (Stream<Path> all = Files.walk(folder, DEPTH_LIMIT)) {
                for (Path path : (Iterable<Path>) all::iterator) {
                    Path relative = folder.relativize(path);
                    if (matcher.matches(relative) && Files.isRegularFile(path)) {
                        String below = relative.toString().replace('\\', '/');
                        String into = target.isEmpty() || target.endsWith("/") ? target : target + "/";
                        put(argument, into + below, path);
                    }
                }
            }
            if (found.size() == before) {
                throw invalid("%s: no such file".formatted(argument));
            }
        }

        private void put(String argument, String name, Path path) throws InvalidSource {
            if (found.size() == FILE_LIMIT) {
                throw invalid("%s: more than %d files".formatted(argument, FILE_LIMIT));
            }
            found.put(name, path.toAbsolutePath().normalize());
        }
    }
}

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

/**
 * What a source tells JBang in lines that begin with {@code //}, as far as it concerns a migration.
 * The others change nothing in process: {@code //DESCRIPTION}, {@code //GAV}, {@code //DOCS},
 * {@code //MAIN}, {@code //NOINTEGRATIONS}, {@code //CDS}, {@code //NATIVE_OPTIONS}, {@code
 * //KOTLIN} and {@code //GROOVY}.
 *
 * @param dependencies what {@code //DEPS} names, without the {@code .java} files
 * @param repositoryLines the lines {@code //REPOS}, as they stand
 * @param resources what {@code //FILES} names: {@code seed.json} or {@code data/x.json=seed.json}
 * @param java the highest version that {@code //JAVA} names, if that is above the running one; else
 *     0
 * @param refused the first line that a migration must not have, and why, or null
 */
record Directives(
        List<String> dependencies, List<String> repositoryLines, List<String> resources, int java, Refused refused) {

    /** A line that would mean something else when JBang alone runs the file. */
    record Refused(String line, String hint) {}

    private static final Directives NONE = new Directives(List.of(), List.of(), List.of(), 0, null);

    private static final String NO_OPTIONS = "Migrations are compiled without options of their own: remove the line";
    private static final String ONE_JVM = "All migrations run in one JVM: remove the line, and set MIGOPY_JAVA_OPTIONS";
    private static final String NO_JAR = "A migration is not packed into a jar: remove the line";

    private static final Map<String, String> REFUSED = Map.of(
            "SOURCES",
            "Code for several migrations belongs into migopy.java or its //SOURCES",
            "PREVIEW",
            "Write it without preview features, and remove the line",
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

    /** A comment after a directive does not count. */
    private static final Pattern COMMENT = Pattern.compile("\\s//\\s.*");

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|([^\\s;,\"']+)");

    static Directives of(String text) {
        Reader reader = new Reader();
        // JBang reads such a line wherever it stands, inside of a comment or a text block as well.
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

    /** Whether it needs nothing but itself. */
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

    private static final class Reader {
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
                    List<String> own = words(line, name);
                    own.removeIf(word -> word.endsWith(MigrationFile.SUFFIX));
                    dependencies.addAll(own);
                }
                case "REPOS" -> repositories.add(line.strip());
                case "FILES" -> resources.addAll(words(line, name));
                case "JAVA" -> words(line, name).forEach(this::version);
                default -> {
                    String hint = refused == null ? REFUSED.get(name) : null;
                    if (hint != null) {
                        refused = new Refused(
                                COMMENT.matcher(line).replaceFirst("").strip(), hint);
                    }
                }
            }
        }

        private void version(String word) {
            Matcher digits = Pattern.compile("([0-9]{1,4})\\+?").matcher(word);
            if (digits.matches()) {
                java = Math.max(java, Integer.parseInt(digits.group(1)));
            }
        }

        Directives directives() {
            int missing = java > Runtime.version().feature() ? java : 0;
            boolean nothing = dependencies.isEmpty() && resources.isEmpty() && refused == null;
            return nothing && missing == 0
                    ? NONE
                    : new Directives(dependencies, repositories, resources, missing, refused);
        }

        /** The capital letters behind the slashes, if a blank or nothing follows them; else "". */
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

        /** The words behind a directive, as JBang takes them apart. */
        private static List<String> words(String line, String name) {
            String value = COMMENT.matcher(line.substring(2 + name.length())).replaceFirst("");
            List<String> words = new ArrayList<>();
            Matcher matcher = WORD.matcher(value);
            while (matcher.find()) {
                for (int group = 1; group <= matcher.groupCount(); group++) {
                    if (matcher.group(group) != null) {
                        words.add(matcher.group(group));
                    }
                }
            }
            return words;
        }
    }

    /**
     * What {@code //FILES} of a migration names, by the names under which its classes find it. The
     * rules are JBang's: {@code a/b.txt} is {@code b.txt}, {@code c=a/b.txt} is {@code c}, {@code
     * c/=a/b.txt} is {@code c/b.txt}; of a folder or a pattern what is below it, or below its part
     * without wildcards.
     */
    static final class Resources {
        /** So many files a migration: more than that is a folder that was not meant. */
        static final int FILE_LIMIT = 10_000;

        private static final int DEPTH_LIMIT = 20;
        private static final String WILDCARDS = "*?[{";

        private final Path base;
        private final Map<String, Path> found = new TreeMap<>();

        /** Why a line cannot be followed. */
        static final class Missing extends Exception {
            private static final long serialVersionUID = 1L;

            Missing(String message) {
                super(message, null, false, false);
            }
        }

        private Resources(Path base) {
            this.base = base;
        }

        /**
         * The files by their names as resources, {@code data/seed.json}.
         *
         * @param base the folder from which relative names start
         * @throws Missing with what is wrong with one of them
         */
        static Map<String, Path> of(List<String> words, Path base) throws Missing {
            Resources resources = new Resources(base);
            for (String word : words) {
                try {
                    resources.add(word);
                } catch (IllegalArgumentException e) {
                    throw new Missing("//FILES %s: %s".formatted(word, e.getMessage()));
                } catch (IOException e) {
                    throw new Missing("//FILES %s cannot be read: %s".formatted(word, MigrationDirectory.reason(e)));
                }
            }
            return resources.found;
        }

        private void add(String word) throws IOException, Missing {
            int equals = word.indexOf('=');
            String target = equals < 0 ? "" : word.substring(0, equals);
            String name = word.substring(equals + 1);
            FileSystem system = base.getFileSystem();
            if (name.contains("://")
                    || system.getPath(name).isAbsolute()
                    || system.getPath(target).isAbsolute()) {
                throw new Missing("//FILES %s is not a relative path".formatted(word));
            }
            int wildcard = firstWildcard(name);
            if (wildcard >= 0) {
                int slash = name.lastIndexOf('/', wildcard);
                addBelow(word, base.resolve(name.substring(0, slash + 1)), name.substring(slash + 1), target);
                return;
            }
            Path path = base.resolve(name);
            if (Files.isDirectory(path)) {
                addBelow(word, path, "**", target);
            } else if (Files.isReadable(path)) {
                boolean into = target.isEmpty() || target.endsWith("/");
                put(word, into ? target + path.getFileName() : target, path);
            } else {
                throw new Missing("//FILES %s: no such file".formatted(word));
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

        private void addBelow(String word, Path folder, String pattern, String target) throws IOException, Missing {
            PathMatcher matcher = folder.getFileSystem().getPathMatcher("glob:" + pattern);
            int before = found.size();
            try (Stream<Path> all = Files.walk(folder, DEPTH_LIMIT)) {
                for (Path path : (Iterable<Path>) all::iterator) {
                    Path relative = folder.relativize(path);
                    if (matcher.matches(relative) && Files.isRegularFile(path)) {
                        String below = relative.toString().replace('\\', '/');
                        String into = target.isEmpty() || target.endsWith("/") ? target : target + "/";
                        put(word, into + below, path);
                    }
                }
            }
            if (found.size() == before) {
                throw new Missing("//FILES %s: no such file".formatted(word));
            }
        }

        private void put(String word, String name, Path path) throws Missing {
            if (found.size() == FILE_LIMIT) {
                throw new Missing("//FILES %s: more than %d files".formatted(word, FILE_LIMIT));
            }
            found.put(name, path.toAbsolutePath().normalize());
        }
    }
}

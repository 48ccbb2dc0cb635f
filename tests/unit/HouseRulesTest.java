package unit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import support.Checkout;

/** Rules that every source follows. */
class HouseRulesTest {
    private static final int FILE_LINES = 400;
    private static final int METHOD_LINES = 60;

    /** Each is the builder of the type that it is nested in. */
    private static final Set<String> REPEATED_NAMES = Set.of("Builder");

    /** Comments and strings of Java. */
    private static final Pattern PROSE =
            Pattern.compile("/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"", Pattern.DOTALL);

    private record Type(String name, String file) {}

    private record Method(String name, String file, long lines) {}

    @Test
    void noFileIsLongerThan400Lines() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path source : sources("lib", "tests")) {
            List<String> text = Files.readAllLines(source);
            // tests/sources generates the list of the library's files, which is not code.
            long lines =
                    text.stream().filter(line -> !line.startsWith("//SOURCES ")).count();
            if (lines > FILE_LINES) {
                tooLong.add(source.getFileName() + ": " + lines);
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void noMethodIsLongerThan60Lines() throws IOException {
        List<Method> methods = new ArrayList<>();
        parse(new ArrayList<>(), methods, sources("lib", "tests"));
        assertThat(methods)
                .hasSizeGreaterThan(1000)
                .filteredOn(method -> method.lines() > METHOD_LINES)
                .isEmpty();
    }

    @Test
    void noNumberIsWrittenDifferentlyInOtherLocales() throws IOException {
        List<String> local = new ArrayList<>();
        for (Path source : sources("lib")) {
            if (Files.readString(source).contains("%,d")) { // Wording.number writes it
                local.add(source.getFileName().toString());
            }
        }
        assertThat(local).isEmpty();
    }

    @Test
    void noTypeNameOfTheLibraryIsUsedTwice() throws IOException {
        List<Type> types = new ArrayList<>();
        parse(types, new ArrayList<>(), sources("lib/migopy"));
        var files = types.stream()
                .filter(type -> !REPEATED_NAMES.contains(type.name()))
                .collect(Collectors.groupingBy(Type::name, Collectors.mapping(Type::file, Collectors.toList())));
        files.values().removeIf(where -> where.size() == 1);
        assertThat(files).isEmpty();
        assertThat(types).hasSizeGreaterThan(200);
    }

    /** Collects the types and methods that the sources declare. */
    private static void parse(List<Type> types, List<Method> methods, List<Path> sources) throws IOException {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        try (var files = javac.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            var task = (JavacTask) javac.getTask(
                    null,
                    files,
                    problem -> {},
                    List.of("-proc:none"),
                    null,
                    files.getJavaFileObjectsFromPaths(sources));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                String file =
                        Path.of(unit.getSourceFile().toUri()).getFileName().toString();
                new TreeScanner<Void, Void>() {
                    @Override
                    public Void visitClass(ClassTree type, Void nothing) {
                        if (!type.getSimpleName().isEmpty()) {
                            types.add(new Type(type.getSimpleName().toString(), file));
                        }
                        return super.visitClass(type, nothing);
                    }

                    @Override
                    public Void visitMethod(MethodTree method, Void nothing) {
                        long end = positions.getEndPosition(unit, method);
                        if (end >= 0) { // otherwise it is generated
                            LineMap lines = unit.getLineMap();
                            long first = lines.getLineNumber(positions.getStartPosition(unit, method));
                            methods.add(new Method(
                                    method.getName().toString(), file, lines.getLineNumber(end) - first + 1));
                        }
                        return super.visitMethod(method, nothing);
                    }
                }.scan(unit, null);
            }
        }
    }

    @Test
    void textsCommentsAndTestNamesAreInPlainEnglish() throws IOException {
        Map<Pattern, String> avoided = avoidedWords();
        List<String> found = new ArrayList<>();
        for (Path file : files(
                "lib",
                "tests",
                "bench",
                "docs",
                ".ci",
                "mongomigrations",
                "README.md",
                "CONTRIBUTING.md",
                "migopy",
                "jbang")) {
            for (String text : texts(file)) {
                avoided.forEach((words, instead) -> words.matcher(text)
                        .results()
                        .map(hit -> "%s: \"%s\" (write: %s) in: %s"
                                .formatted(Checkout.root().relativize(file), hit.group(), instead, around(text, hit)))
                        .forEach(found::add));
            }
        }
        assertThat(found).isEmpty();
    }

    private static Map<Pattern, String> avoidedWords() throws IOException {
        Map<Pattern, String> avoided = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Checkout.root().resolve("tests/unit/plain-english.txt"))) {
            if (!line.startsWith("#")) {
                String[] parts = line.split(" => ");
                String words = parts[0].equals(parts[0].toUpperCase(Locale.ROOT)) ? parts[0] : "(?i)" + parts[0];
                avoided.put(Pattern.compile(words.replaceFirst("^(\\(\\?i\\))?", "$1\\\\b") + "\\b"), parts[1]);
            }
        }
        return avoided;
    }

    /** Returns the parts of a file that are written for readers. */
    private static List<String> texts(Path file) throws IOException {
        String text = Files.readString(file);
        String name = file.getFileName().toString();
        if (name.endsWith(".md")) {
            return List.of(text.replaceAll("(?s)\n```.*?\n```|`[^`\n]*`", ""));
        }
        if (!name.endsWith(".java")) {
            return List.of(text);
        }
        List<String> texts = found(PROSE, text.replaceAll("\n\\s*(\\*|//)(?!/) ?", " "));
        if (file.startsWith(Checkout.root().resolve("tests"))) {
            found(Pattern.compile("(?<= void )\\w+(?=\\()"), text)
                    .forEach(test -> texts.add(test.replaceAll("(?=[A-Z])", " ").toLowerCase(Locale.ROOT)));
        }
        return texts;
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(ArrayList::new));
    }

    private static String around(String text, MatchResult hit) {
        return text.substring(Math.max(0, hit.start() - 30), Math.min(text.length(), hit.end() + 30))
                .replace('\n', ' ');
    }

    @Test
    void testsWaitForFactsAndSleepInOnePlaceOnly() throws IOException {
        for (Path source : sources("tests")) {
            if (source.endsWith("support/Eventually.java") || source.endsWith("unit/HouseRulesTest.java")) {
                continue;
            }
            assertThat(linesWith("Thread\\.sleep|TimeUnit\\.[A-Z]+\\.sleep|@Disabled", source))
                    .isEmpty();
        }
    }

    @Test
    void noExceptionIsSwallowedAndNoTodoIsLeft() throws IOException {
        for (Path source : sources("lib")) {
            assertThat(linesWith("TODO|FIXME|XXX", source)).isEmpty();
            assertThat(Files.readString(source))
                    .as(source.toString())
                    .doesNotContainPattern("catch \\([^)]*\\) \\{\\s*\\}");
        }
    }

    @Test
    void sourcesAreInThePackageOfTheirFolder() throws IOException {
        Path root = Checkout.root();
        for (Path source : sources("lib", "tests")) {
            Path within = root.relativize(source).getParent();
            String text = Files.readString(source);
            if (within.getNameCount() > 1 && text.contains("package ")) {
                String folder =
                        within.subpath(1, within.getNameCount()).toString().replace('/', '.');
                assertThat(text).as(source.toString()).containsPattern("(?m)^package " + folder + ";");
            }
        }
    }

    private static List<String> linesWith(String pattern, Path source) throws IOException {
        Pattern wanted = Pattern.compile(pattern);
        return Files.readAllLines(source).stream()
                .filter(line -> wanted.matcher(line).find())
                .map(line -> source.getFileName() + ": " + line.strip())
                .toList();
    }

    private static List<Path> sources(String... folders) {
        return files(folders).stream()
                .filter(file -> file.toString().endsWith(".java"))
                .toList();
    }

    private static List<Path> files(String... folders) {
        try (Stream<Path> all = Stream.of(folders).map(Checkout.root()::resolve).flatMap(HouseRulesTest::walk)) {
            return all.filter(file ->
                            file.toString().matches(".*\\.(java|md|py|sh|qute)|.*/(run|format|sources|migopy|jbang)"))
                    .filter(Files::isRegularFile)
                    .toList();
        }
    }

    private static Stream<Path> walk(Path folder) {
        try {
            return Files.walk(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

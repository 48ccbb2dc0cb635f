package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.withoutServer;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.lang.model.SourceVersion;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import support.Hints;
import support.Project;

class EditTest {
    private static Path ide(Project project) {
        return project.folder().resolve(".migopy/ide");
    }

    /** The links below a project's folder for editors, with the files that they lead to. */
    private static Map<String, String> links(Project project) throws IOException {
        Map<String, String> links = new TreeMap<>();
        try (var files = Files.walk(ide(project))) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                links.put(
                        ide(project).relativize(link).toString(),
                        link.toRealPath().getFileName().toString());
            }
        }
        return links;
    }

    private static List<Element> elements(Path xml, String name) throws Exception {
        var parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        var found = parser.parse(new InputSource(new StringReader(Files.readString(xml))))
                .getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            elements.add((Element) found.item(i));
        }
        return elements;
    }

    private static List<String> paths(Path project, String kind) throws Exception {
        return elements(project.resolve(".classpath"), "classpathentry").stream()
                .filter(entry -> entry.getAttribute("kind").equals(kind))
                .map(entry -> entry.getAttribute("path"))
                .toList();
    }

    /** Compiles the sources of a project as an editor does: all at once, with each file's name checked. */
    private static int compiled(Path project) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", project + "/bin"));
        arguments.addAll(List.of("-cp", String.join(File.pathSeparator, paths(project, "lib"))));
        for (String folder : paths(project, "src")) {
            try (var files = Files.list(project.resolve(folder))) {
                files.forEach(file -> arguments.add(file.toString()));
            }
        }
        return ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(new String[0]));
    }

    /** A program on the PATH that writes its arguments into a file. */
    private static Project withEditor(Project project, String name, int exitCode) throws IOException {
        project.write("bin/" + name, """
            #!/bin/sh
            printf '%%s\\n' "$@" >"%s/opened"
            exit %d
            """.formatted(project.folder(), exitCode));
        assertThat(project.folder().resolve("bin/" + name).toFile().setExecutable(true))
                .isTrue();
        return project.environment("PATH", project.folder() + "/bin:/usr/bin:/bin");
    }

    private static List<String> opened(Project project) throws IOException {
        return Files.readAllLines(project.folder().resolve("opened"));
    }

    @Test
    void eachMigrationHasALinkWhoseNameIsAnIdentifier() throws Exception {
        var project = withoutServer()
                .with("1_add-users.java", marking("a").replace("Step", "One"))
                .with("2_public.java", "public final class Second { public static void up() {} }")
                .with("m3_third.java", "class Third { static void up() {} }");
        project.run("edit", "--no-open", "--pattern", "m?(?<number>[0-9]+)_.*\\.java")
                .exits(0)
                .says(".migopy/ide");
        assertThat(links(project))
                .isEqualTo(Map.of(
                        "migrations/1_add-users/m1_add_users.java", "1_add-users.java",
                        "migrations/2_public/Second.java", "2_public.java",
                        "migrations/m3_third/m3_third.java", "m3_third.java"));
        assertThat(links(project).keySet())
                .allMatch(link -> SourceVersion.isIdentifier(link.replaceAll(".*/|\\.java$", "")));
        assertThat(paths(ide(project).resolve("migrations"), "src"))
                .containsExactly("1_add-users", "2_public", "m3_third");
        assertThat(compiled(ide(project).resolve("migrations"))).isZero();
    }

    @Test
    void savingALinkWritesTheMigration() throws IOException {
        var project = withoutServer();
        project.run("create", "add users").exits(0);
        var answer = project.run("edit", "--json").exits(0).json();
        assertThat(answer)
                .containsOnlyKeys("name", "folder", "file")
                .containsEntry("name", "1_add_users")
                .containsEntry("folder", ".migopy/ide");
        Path link = project.folder().resolve(answer.getString("file"));
        Files.writeString(link, marking("edited"));
        assertThat(project.migrations().resolve("1_add_users.java")).hasContent(marking("edited"));
        assertThat(project.migrations().resolve("1_add_users.java")).isRegularFile();
    }

    @Test
    void migrationsWithEqualClassNamesAreInDifferentProjects() throws Exception {
        var project = withoutServer().with("1_a.java", marking("a")).with("2_b.java", marking("b"));
        project.with("3_c.java", marking("c").replace("Step", "Other"));
        project.run("edit", "--no-open").exits(0);
        assertThat(links(project).keySet())
                .containsExactlyInAnyOrder(
                        "migrations/1_a/m1_a.java", "migrations-2/2_b/m2_b.java", "migrations/3_c/m3_c.java");
        for (String each : List.of("migrations", "migrations-2")) {
            assertThat(compiled(ide(project).resolve(each))).isZero();
            assertThat(elements(ide(project).resolve(each + "/" + each + ".iml"), "root"))
                    .isNotEmpty();
        }
        assertThat(elements(ide(project).resolve(".idea/modules.xml"), "module"))
                .hasSize(2);
        project.without("1_a.java").with("3_d.java", marking("d")).without("3_c.java");
        project.run("edit", "--no-open").exits(0);
        assertThat(links(project).keySet())
                .containsExactlyInAnyOrder("migrations/2_b/m2_b.java", "migrations-2/3_d/m3_d.java");
        project.without("3_d.java");
        project.run("edit", "--no-open").exits(0);
        assertThat(links(project).keySet()).containsExactly("migrations/2_b/m2_b.java");
        assertThat(paths(ide(project).resolve("migrations-2"), "src")).isEmpty();
    }

    @Test
    void anUnchangedFolderIsNotWrittenAgain() throws IOException {
        var project = withoutServer().with("1_a.java", marking("a"));
        project.run("edit", "--no-open").exits(0);
        Path file = ide(project).resolve("migrations/.classpath");
        var before = Files.getLastModifiedTime(file);
        Files.writeString(ide(project).resolve(".vscode/settings.json"), "{}");
        project.run("edit", "--no-open").exits(0);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);
        assertThat(ide(project).resolve(".vscode/settings.json")).hasContent("{}");
    }

    @Test
    void theEditorGetsNamesWithoutAShell() throws Exception {
        String name = "1_$(touch hacked) & \"<it's>\" ;`touch hacked`";
        var project = withEditor(withoutServer().with(name + ".java", marking("a")), "code", 0);
        project.entry("{ migrationsFilePattern = \"(?<number>[0-9]+)_.*\\\\.java\"; }");
        project.run("edit").exits(0).says(" in code");
        assertThat(opened(project)).hasSize(2).first().isEqualTo(ide(project).toString());
        assertThat(Path.of(opened(project).get(1)).toRealPath()).hasFileName(name + ".java");
        assertThat(paths(ide(project).resolve("migrations"), "src")).containsExactly(name);
        assertThat(elements(ide(project).resolve("migrations/migrations.iml"), "sourceFolder"))
                .hasSize(1);
        assertThat(ide(project).resolve("hacked")).doesNotExist();
        assertThat(project.folder().resolve("hacked")).doesNotExist();
    }

    @Test
    void anEditorInTheTerminalGetsTheFileAlone() throws IOException {
        var project = withEditor(withoutServer().with("1_a.java", marking("a")), "myed", 0);
        project.environment("EDITOR", "myed --wait").environment("VISUAL", "");
        project.run("edit", "1").exits(0).says("Opened .migopy/ide/migrations/1_a/m1_a.java in myed");
        assertThat(opened(project)).containsExactly("--wait", ide(project) + "/migrations/1_a/m1_a.java");
    }

    @Test
    void anEditorThatFailsOrIsMissingIsReported() throws IOException {
        var project = withEditor(withoutServer().with("1_a.java", marking("a")), "myed", 3);
        var missing = project.run("edit").exits(2).says("No editor was found");
        Hints.typeLast(project, missing).exits(0);
        project.environment("EDITOR", "nowhere -x")
                .run("edit")
                .exits(2)
                .says("EDITOR is nowhere -x, and nowhere was not");
        project.environment("VISUAL", "myed").run("edit").exits(2).says("myed ended with exit code 3");
    }

    @Test
    void theNewestIsTheDefaultAndNamesAreResolved() {
        var project = withoutServer();
        Hints.typeLast(project, project.run("edit", "--no-open").exits(2)).exits(0);
        project.with("5_b.java", marking("b")).with("10_c.java", marking("c"));
        assertThat(project.run("edit", "--json").exits(0).json()).containsEntry("name", "10_c");
        assertThat(project.run("edit", "5", "--json").exits(0).json()).containsEntry("name", "5_b");
        assertThat(project.run("edit", "5_b.java", "--json").exits(0).json()).containsEntry("name", "5_b");
        project.run("edit", "7", "--no-open").exits(2).says("There is no migration 7");
    }

    @Test
    void aLinkThatAnEditorReplacedIsNotOverwritten() throws IOException {
        var project = withoutServer().with("1_a.java", marking("a"));
        project.run("edit", "--no-open").exits(0);
        Path link = ide(project).resolve("migrations/1_a/m1_a.java");
        Files.delete(link);
        Files.writeString(link, "edited");
        project.run("edit", "--no-open").exits(3).says("replaced the link").says("Keep its text: mv ");
        assertThat(link).hasContent("edited");
        Files.writeString(link, marking("a"));
        project.run("edit", "--no-open").exits(0);
        assertThat(link).isSymbolicLink();
    }

    @Test
    void anotherFileThatCannotBeReadDoesNotPreventIt() throws IOException {
        var project = withoutServer().with("1_a.java", marking("a"));
        Files.write(project.migrations().resolve("2_b.java"), new byte[] {(byte) 0xff});
        project.run("edit", "1", "--no-open").exits(0);
        project.run("edit", "--no-open").exits(3).says("2_b.java is not UTF-8");
    }

    @Test
    void ofManyMigrationsTheNewestHundredAreLinked() throws IOException {
        var project = withoutServer();
        for (int i = 1; i <= 120; i++) {
            project.with(i + "_x.java", "class X%d { static void up() {} }".formatted(i));
        }
        project.run("edit", "7", "--no-open").exits(0);
        assertThat(links(project)).hasSize(101).containsValue("7_x.java").containsValue("120_x.java");
    }

    @Test
    void librariesOfMigrationsAreOnTheClassPathAndMissingOnesAreReported() throws Exception {
        var project = withoutServer()
                .with("1_a.java", "//DEPS com.github.slugify:slugify:3.0.7\n" + marking("a"))
                .with("2_b.java", "//DEPS nowhere:nothing:1\nclass B { static void up() {} }");
        project.run("edit", "--no-open").exits(0).says("2_b has //DEPS");
        assertThat(paths(ide(project).resolve("migrations"), "lib")).anyMatch(jar -> jar.contains("slugify"));
    }
}

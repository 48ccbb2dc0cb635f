package golden;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.waitingFor;
import static support.Project.project;

import golden.Manual.Example;
import golden.Manual.Page;
import golden.Manual.Shown;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Checkout;
import support.Json;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;
import support.Scratch;

/** The examples of README.md and docs/ run and print what is shown. */
@OnServer
class ReadmeTest {
    private final Manual manual = Manual.read();

    private static Project projectAsShown(MongoServer server) {
        return project(server).environment("MIGOPY_COMMAND", "./migopy");
    }

    private static void runs(Project project, Shown shown, int exitCode) {
        answers(project.run(shown.arguments()).exits(exitCode), shown);
    }

    /** An example shows both streams, in any order. */
    private static void answers(Result result, Shown shown) {
        assertThat(Manual.withoutTimes(shown.answer()))
                .as(result::toString)
                .isIn(
                        Manual.withoutTimes(result.out() + result.err()),
                        Manual.withoutTimes(result.err() + result.out()));
    }

    @Test
    void theFirstMigrationRunsAsShown(MongoServer server) {
        var project = projectAsShown(server);
        for (Example example : manual.page("README.md").examples()) {
            if (example.kind().equals("entry") || example.kind().equals("init")) {
                continue;
            }
            if (example.kind().equals("file")) {
                project.with(example.fileName(), example.text());
                continue;
            }
            int exitCode = example.argument() == null ? 0 : Integer.parseInt(example.argument());
            for (Shown shown : example.commands()) {
                runs(project, shown, exitCode);
            }
        }
        assertThat(project.states()).containsEntry("1_add_users", "applied").containsEntry("2_unique_names", "failed");
    }

    @Test
    void theTransactionalMigrationIsAppliedAndRolledBack(MongoServer server) {
        var project = projectAsShown(server);
        server.db().createCollection("accounts");
        server.db().createCollection("audit");
        project.with("2_open_accounts.java", manual.file("2_open_accounts.java").text());
        project.run("execute").exits(0);
        assertThat(project.journal("2_open_accounts").getBoolean("transactional"))
                .isTrue();
        assertThat(server.collection("accounts").countDocuments()).isEqualTo(1);
        project.run("rollback", "2").exits(0);
        assertThat(server.collection("accounts").countDocuments()).isZero();
    }

    @Test
    void theBackfillsRun(MongoServer server) {
        server.collection("users").insertOne(new Document("email", "ADA@example.com"));
        server.collection("orders").insertOne(new Document("price", 3).append("pieces", 4));
        var example = manual.file("5_add_lowercase_emails.java");
        projectAsShown(server)
                .with(example.fileName(), example.text())
                .run("execute")
                .exits(0);
        assertThat(server.collection("users").find().first()).containsEntry("emailLower", "ada@example.com");
        assertThat(server.collection("orders").find().first()).containsEntry("total", 12);
    }

    @Test
    void theBackfillIntoAnotherCollectionRuns(MongoServer server) {
        var order = new Document("_id", 7).append("items", List.of(new Document("sku", "a")));
        server.collection("orders").insertOne(order);
        var example = manual.file("6_move_items.java");
        projectAsShown(server)
                .with(example.fileName(), example.text())
                .run("execute")
                .exits(0);
        assertThat(server.collection("items").find().first())
                .containsEntry("sku", "a")
                .containsEntry("order", 7);
        assertThat(server.collection("orders").find()).containsExactly(new Document("_id", 7));
    }

    @Test
    void theConditionsAreChecked(MongoServer server) {
        var example = manual.file("7_add_plans.java");
        var project = projectAsShown(server).with(example.fileName(), example.text());
        project.run("execute").exits(3).says("accounts has no document that matches");
        server.collection("accounts").insertOne(new Document("owner", "Ada"));
        project.run("execute").exits(0);
        project.run("verify").exits(0);
        server.collection("accounts").insertOne(new Document("owner", "Bob"));
        project.run("verify").exits(7).says("accounts has 1 document that matches");
    }

    @Test
    void answersInJsonHaveTheShapeThatIsShown(MongoServer server) {
        var project = projectAsShown(server);
        project.with("1_add_users.java", manual.file("1_add_users.java").text());
        for (Shown shown : manual.one("json").commands()) {
            assertThat(shapeOf(project.run(shown.arguments()).json())).isEqualTo(shapeOf(Json.object(shown.answer())));
        }
    }

    /** The names of a document's fields, of those of its subdocuments, and of the first element of each list. */
    private static Object shapeOf(Object value) {
        if (value instanceof Document document) {
            var shape = new TreeMap<String, Object>();
            document.forEach((name, field) -> shape.put(name, shapeOf(field)));
            return shape;
        }
        if (value instanceof List<?> list) {
            return list.isEmpty() ? List.of() : List.of(shapeOf(list.get(0)));
        }
        return value.getClass().getSimpleName();
    }

    @Test
    void theRemainingCommandsAnswerAsShown(MongoServer server) {
        var project = projectAsShown(server);
        project.with("1_add_users.java", manual.file("1_add_users.java").text());
        project.with("2_unique_names.java", manual.file("2_unique_names.java").text());
        for (Shown shown : manual.one("commands").commands()) {
            runs(project, shown, 0);
        }
    }

    @Test
    void anEditedFileIsShownAsAnswered(MongoServer server) {
        var project = projectAsShown(server);
        String source = manual.file("1_add_users.java").text();
        project.with("1_add_users.java", source).run("execute").exits(0);
        project.with("1_add_users.java", source.replaceFirst("\"Ada\"", "\"Ada Lovelace\""));
        runs(project, manual.one("edited").commands().get(0), 3);
    }

    @Test
    void aRehearsalIsShownAsAnswered(MongoServer server) {
        var migration = manual.one("rehearsed");
        for (int i = 0; i < 100; i++) {
            server.collection("users")
                    .insertOne(new Document("_id", i).append("name", i % 50 == 0 ? "Cher" : "Ada Lovelace"));
        }
        var project = projectAsShown(server).with(migration.argument(), migration.text());
        Shown shown = manual.one("rehearse").commands().get(0);
        Result result = project.run(shown.arguments()).exits(7);
        String named = result.out().replace(server.database(), "app").replace(server.address(), "localhost:27017");
        answers(new Result(result.command(), 7, named, result.err()), shown);
    }

    @Test
    void aKilledRunIsShownAsAnswered(MongoServer server) {
        var example = manual.one("killed");
        var project = projectAsShown(server).lease("6s");
        project.with(example.argument() + ".java", waitingFor("go"));
        project.start("execute").untilInUp().kill();
        List<Shown> shown = example.commands();
        runs(project, shown.get(0), 4);
        project.letTheLeaseRunOut();
        runs(project, shown.get(1), 5);
        runs(project, shown.get(2), 0);
    }

    @Test
    void theIncidentIsHandledAsShown(MongoServer server) {
        for (String name : List.of("ada", "bob")) {
            server.collection("users").insertOne(new Document("name", name));
        }
        var fix = manual.one("fix");
        var project = projectAsShown(server)
                .lease("2s")
                .with("1_add_users.java", manual.file("1_add_users.java").text())
                .write(fix.argument(), fix.text());
        project.run("execute").exits(0);
        project.with("2_correct_names.java", waitingFor("never")).with("3_index_names.java", marking("indexed"));
        project.start("execute").untilInUp().kill();
        project.letTheLeaseRunOut();
        for (Example night : manual.all("night")) {
            night.commands().forEach(shown -> runs(project, shown, 0));
        }
        var typed = manual.one("heredoc").text().split("(?<=<<'END'\n)|(?<=\nEND\n)");
        project.input(typed[1].replace("END\n", ""));
        answers(project.run("run", "-", "--reason", "ticket 4712").exits(0), new Shown(new String[0], typed[2]));
        runs(project, manual.one("runfix").commands().get(0), 0);
    }

    @Test
    void theEntryScriptsCompile() throws Exception {
        assertThat(manual.all("entry")).hasSizeGreaterThan(1);
        for (Example entry : manual.all("entry")) {
            compiled(entry.text());
        }
        compiled("""
            import java.io.IOException;
            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.nio.file.attribute.PosixFilePermissions;
            import migopy.MigrationsManager;
            public class migopy extends MigrationsManager {
            """ + manual.one("member").text() + "}\n");
    }

    @Test
    void theCustomTaskWorksAsDescribed(MongoServer server) throws Exception {
        List<Example> entries = manual.all("entry");
        server.collection("users").insertOne(new Document("name", "Ada"));
        URL[] classes = {
            compiled(entries.get(entries.size() - 1).text()).toUri().toURL()
        };
        try (var loader = new URLClassLoader(classes, getClass().getClassLoader())) {
            assertThat(run(loader, "help")).startsWith("0 ").contains("Count the users");
            String uri = server.uri();
            assertThat(run(loader, "count", "--uri", uri)).startsWith("0 ").contains("1 users");
            assertThat(run(loader, "count", "--uri", uri, "--at-least", "2")).startsWith("1 ");
        }
    }

    private static String run(ClassLoader loader, String... arguments) throws Exception {
        Object entry = loader.loadClass("migopy").getDeclaredConstructor().newInstance();
        var out = new ByteArrayOutputStream();
        try (var stream = new PrintStream(out, true, StandardCharsets.UTF_8)) {
            Object exitCode = entry.getClass()
                    .getMethod("run", PrintStream.class, PrintStream.class, String[].class)
                    .invoke(entry, stream, stream, arguments);
            return exitCode + " " + out.toString(StandardCharsets.UTF_8);
        }
    }

    private static Path compiled(String entry) throws IOException {
        return compiled(Map.of("migopy.java", entry), System.getProperty("java.class.path"));
    }

    /** Compiles sources, by their file names, and returns their folder. */
    static Path compiled(Map<String, String> sources, String classPath) throws IOException {
        Path folder = Scratch.folder("readme");
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", folder.toString()));
        arguments.addAll(List.of("-cp", classPath));
        for (var source : sources.entrySet()) {
            arguments.add(Files.writeString(folder.resolve(source.getKey()), source.getValue())
                    .toString());
        }
        var messages = new ByteArrayOutputStream();
        int failed =
                ToolProvider.getSystemJavaCompiler().run(null, messages, messages, arguments.toArray(String[]::new));
        assertThat(failed).as(messages.toString(StandardCharsets.UTF_8)).isZero();
        return folder;
    }

    @Test
    void everyJavaAndConsoleBlockIsAnExampleOfAKindThatIsTested() {
        var tested = Set.of(
                "adopt",
                "commands",
                "dump",
                "edited",
                "entry",
                "file",
                "fix",
                "heredoc",
                "init",
                "json",
                "killed",
                "lint",
                "lintdatabase",
                "linted",
                "lintedwith",
                "lintrules",
                "member",
                "night",
                "notify",
                "ours",
                "rehearse",
                "rehearsed",
                "run",
                "runfix",
                "template",
                "test",
                "theirs");
        for (Page page : manual.pages()) {
            assertThat(page.unmarked()).as(page.path().toString()).isEmpty();
            assertThat(page.examples()).as(page.path().toString()).allMatch(example -> tested.contains(example.kind()));
        }
        assertThat(manual.all("file").stream().map(Example::fileName))
                .containsExactlyInAnyOrder(
                        "1_add_users.java",
                        "2_unique_names.java",
                        "2_open_accounts.java",
                        "5_add_lowercase_emails.java",
                        "6_move_items.java",
                        "7_add_plans.java");
    }

    @Test
    void theReadmeHasAtMost300Lines() {
        assertThat(manual.page("README.md").text().lines().count()).isLessThanOrEqualTo(300);
    }

    @Test
    void theReferenceNamesEveryCommandAndOption() {
        String reference =
                manual.page("reference.md").text() + manual.page("README.md").text();
        String help = Project.withoutServer().run("help").exits(0).out();
        int options = help.indexOf("Options of every command");
        assertThat(found("--[a-z-]+|\\b[A-Z]+_[A-Z_]+\\b", help)).allMatch(reference::contains);
        var commands = found("(?m)^ {2}[a-z-]+", help.substring(0, options));
        assertThat(commands).hasSizeGreaterThan(10);
        for (String each : commands) {
            String command = each.strip();
            var result = Project.withoutServer().run("help", command).exits(0);
            assertThat(manual.page("README.md").text()).contains("`" + command);
            assertThat(manual.page("reference.md").text()).contains("`" + command);
            assertThat(found("(?m)^ +--[a-z-]+", result.out()))
                    .as(command)
                    .allMatch(option -> reference.contains(option.strip()));
        }
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .toList();
    }

    @Test
    void everyLinkLeadsToAFileOrAHeading() {
        var others = Stream.of("CONTRIBUTING.md", "tests/README.md", "bench/README.md", "lib/ARCHITECTURE.md")
                .map(name -> Page.of(Checkout.root().resolve(name)));
        Stream.concat(manual.pages().stream(), others)
                .forEach(page -> Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]+))?\\)")
                        .matcher(page.text())
                        .results()
                        .forEach(link -> {
                            Path target = link.group(1).isEmpty()
                                    ? page.path()
                                    : page.path().resolveSibling(link.group(1)).normalize();
                            assertThat(target)
                                    .as(page.path() + ": " + link.group())
                                    .exists();
                            if (link.group(2) != null) {
                                assertThat(headings(Page.of(target).text()))
                                        .as(page.path() + ": " + link.group())
                                        .contains(link.group(2));
                            }
                        }));
    }

    private static List<String> headings(String text) {
        return found("(?m)^#+ .*$", text).stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT)
                        .replaceAll("^#+ |[^a-z0-9 -]", "")
                        .replace(' ', '-'))
                .toList();
    }
}

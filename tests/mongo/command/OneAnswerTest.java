package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import migopy.MigrationsManager;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Eventually;
import support.Json;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Result;
import support.Scratch;

/** With {@code --json} standard output is one document, whatever else prints there and however the command ends. */
@OnServer
class OneAnswerTest {
    private static final String CHILD = "new ProcessBuilder(\"echo\", \"from a child\").inheritIO().start().waitFor();";

    @Test
    void theOutputOfHooksGoesToStandardErrorWithoutSecrets(@On(Kind.AUTH) MongoServer server) {
        server.createUser("ada", "s3cr3tWord", "readWrite");
        String print = "System.out.println(\"%s s3cr3tWord\");";
        var project = project(server)
                .environment("MONGO_URI", server.uriAs("ada", "s3cr3tWord"))
                .with("1_one.java", marking("one"))
                .entry("@Override protected void beforeRun() {"
                        + print.formatted("before")
                        + "} @Override protected void afterRun() {"
                        + print.formatted("after")
                        + "} @Override protected void doDump() {"
                        + print.formatted("dump")
                        + " System.err.println(\"s3cr3tWord\"); }"
                        + "@Command void task() {"
                        + print.formatted("task")
                        + " System.err.println(\"s3cr3tWord\"); }");
        Result run = project.run("execute", "--dump", "--json").exits(0);
        assertThat(run.steps()).hasSize(1);
        assertThat(run.err()).contains("before ****", "after ****", "dump ****");
        Result task = project.run("task", "--json").exits(0);
        assertThat(task.json()).containsEntry("task", "task");
        assertThat(task.err()).contains("task ****");
        Result dump = project.run("dbdump", "--json").exits(0);
        assertThat(dump.json()).isNotEmpty();
        for (Result each : new Result[] {run, task, dump, project.run("task")}) {
            each.says("****").neverSays("s3cr3tWord");
        }
    }

    @Test
    void theOutputOfAChildProcessIsNotPartOfTheAnswer(MongoServer server) {
        var project = project(server)
                .with("1_child.java", "class Step { static void up() throws Exception { " + CHILD + " } }");
        project.entry("@Override protected void beforeRun() throws Exception { " + CHILD + " }");
        Result run = project.start("execute", "--json").exits(0);
        assertThat(run.steps()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "new OutOfMemoryError(\"Java heap space\")",
                "new NoClassDefFoundError(\"org/example/Missing\")",
                "new StackOverflowError()",
            })
    void anErrorIsAnsweredAsEveryFailureIs(String error, MongoServer server) {
        var project = project(server).entry("@Command void task() { throw " + error + "; }");
        Result json = project.run("task", "--json").exits(1);
        assertThat(json.json()).containsEntry("exitCode", 1L);
        assertThat(json.error().getString("message")).contains(error.substring(4, error.indexOf('(')));
        project.run("task").exits(1).complainsBriefly();
        project.run("task", "--verbose").exits(1).says("\tat migopy.task");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdk.compiler", "jdk.unsupported"})
    void aRuntimeWithoutARequiredModuleIsReported(String module, MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).cold();
        String modules = ModuleLayer.boot().modules().stream()
                .map(Module::getName)
                .filter(name -> name.startsWith("java.") && !name.equals("java.se"))
                .collect(Collectors.joining(","));
        String other = module.equals("jdk.compiler") ? ",jdk.unsupported" : ",jdk.compiler";
        Result run = project.start(List.of("--limit-modules", modules + other), "execute", "--json")
                .exits(2);
        assertThat(run.error())
                .containsEntry("kind", "usage")
                .hasEntrySatisfying("hint", hint -> assertThat(hint.toString()).contains("JDK"));
        assertThat(project.states()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bson-5", "mongodb-driver-core", "mongodb-driver-sync"})
    void aDamagedJarIsNamedEvenIfItIsTheOneThatWritesJson(String name, MongoServer server) throws Exception {
        Path folder = Scratch.folder("damaged"); // without migopy.java: this runs no script
        Files.createDirectory(folder.resolve("mongomigrations"));
        List<String> classPath = new ArrayList<>();
        Path damaged = folder.resolve("damaged.jar");
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            boolean wanted = Path.of(entry).getFileName().toString().startsWith(name);
            classPath.add(wanted ? damaged.toString() : entry);
            if (wanted) {
                Files.write(damaged, Arrays.copyOf(Files.readAllBytes(Path.of(entry)), 10_000));
            }
        }
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        String.join(File.pathSeparator, classPath),
                        "support.ProjectEntry",
                        "status",
                        "--json")
                .directory(folder.toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("MIGOPY_HOME", folder.toString());
        builder.environment().put("MONGO_URI", server.uri());
        Process status = builder.start();
        Document answer = Json.object(new String(status.getInputStream().readAllBytes()));
        assertThat(status.waitFor()).as(answer.toJson()).isEqualTo(1);
        assertThat(answer).containsEntry("exitCode", 1L);
        assertThat(answer.get("error", Document.class).getString("message")).contains(damaged + " is damaged");
        assertThat(folder.resolve("err")).content().doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--json", "--all"})
    void anAnswerThatCannotBeWrittenIsAFailure(String option, MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        Map<String, String> environment = Map.of(
                "MONGO_URI", server.uri(), "MIGOPY_HOME", project.folder().toString());
        var entry = new MigrationsManager() {
            @Override
            protected Map<String, String> environment() {
                return environment;
            }
        };
        var full = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        var err = new ByteArrayOutputStream();
        int exitCode = entry.run(new PrintStream(full), new PrintStream(err, true), "status", option);
        assertThat(exitCode).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Standard output cannot be written");
    }

    @Test
    void aSignalAtAnyMomentLeavesNoAnswerOrOneWithTheExitCodeOfTheProcess(MongoServer server) {
        var project = project(server);
        Random random = new Random(15);
        for (int round = 0; round < 4; round++) {
            project.with((round + 1) + "_step.java", marking("step " + round));
            var run = project.startBare("execute", "--json");
            Eventually.pause(Duration.ofMillis(50 + random.nextInt(600)));
            Result ended = run.isRunning() ? run.terminate().ended() : run.ended();
            if (!ended.out().isEmpty()) {
                Document answer = ended.json();
                assertThat(answer).containsEntry("exitCode", (long) ended.exitCode());
            }
            assertThat(ended.exitCode()).as(ended.toString()).isIn(0, 5, 143);
            assertThat(ended.err()).doesNotContain("please report it");
        }
    }
}

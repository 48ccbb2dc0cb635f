package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Eventually;
import support.Scratch;

/** {@code ./migopy}: what the program receives, with an existing plan. */
class MigopyLauncherTest {
    private static Launcher project;

    @BeforeAll
    static void build() {
        project = Launcher.create();
        project.migopy().exits(0);
        project.breakJbang();
    }

    @Test
    void argumentsStandardInputAndExitCodeArePassedThroughWithoutJbang() {
        Launched run = Launched.start(
                        project.folder(),
                        Map.of("MIGOPY_JAVA_OPTIONS", "-Xmx64m -Dfrom.the.option=yes"),
                        "typed\n",
                        List.of("./migopy", "a b", "", "*", "it's \"$HOME\"", "é", "seven"))
                .ended();
        run.exits(7).says("arguments [a b, , *, it's \"$HOME\", é, seven] of 6");
        assertThat(run.out())
                .endsWith("typed\n")
                .contains("property a b\n", "option yes\n")
                .contains("java " + System.getProperty("java.home") + "\n");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void javaOptionsThatJavaRejectsAreReportedInJson() {
        Launched run = Launched.start(
                        project.folder(),
                        Map.of("MIGOPY_JAVA_OPTIONS", "-Xmxfoo"),
                        "",
                        List.of("./migopy", "status", "--json"))
                .ended();
        run.exits(2);
        assertThat(run.out()).contains("\"kind\": \"usage\"", "MIGOPY_JAVA_OPTIONS=-Xmxfoo: Invalid maximum heap size");
        assertThat(run.out().strip().lines()).hasSize(1);
    }

    @Test
    void itsProcessBecomesTheRunSoThatSignalsReachIt() {
        var running = Launched.start(project.folder(), Map.of(), "", List.of("./migopy", "wait"));
        Eventually.until("the program waits", () -> running.outSoFar().contains("answer"));
        assertThat(running.outSoFar()).contains("pid " + running.process().pid() + "\n");
        running.process().destroy();
        running.ended().exits(143);
    }

    @Test
    void theProjectIsTheFolderOfTheLauncherWhateverTheCurrentFolder() throws IOException {
        Path elsewhere = Scratch.folder("elsewhere");
        String typed = project.folder() + "/migopy";
        Launched.run(elsewhere, typed)
                .exits(0)
                .says("MIGOPY_HOME " + project.folder() + "\n")
                .says("MIGOPY_COMMAND " + typed + "\n");
        Path link = Files.createSymbolicLink(elsewhere.resolve("run"), Path.of(typed));
        Launched.run(elsewhere, link.toString()).exits(0).says("MIGOPY_HOME " + project.folder() + "\n");
        project.migopy().exits(0).says("MIGOPY_COMMAND ./migopy\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "busybox sh", "bash --posix"})
    void itRunsInEveryShell(String shell) {
        List<String> command = new ArrayList<>(List.of(shell.split(" ")));
        assumeTrue(isInstalled(command.get(0)), command.get(0) + " is not installed");
        command.addAll(List.of("./migopy", "a b", "seven"));
        Launched.start(project.folder(), Map.of(), "", command).ended().exits(7).says("arguments [a b, seven] of 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "POSIX", "en_US.ISO-8859-1"})
    void aLocaleWithoutUtf8IsReplaced(String locale) {
        Launched.run(project.folder(), Map.of("LANG", locale), "./migopy", "é")
                .exits(0)
                .says("LC_ALL C.UTF-8\n")
                .says("file names UTF-8\n");
        Launched.run(project.folder(), Map.of("LC_ALL", locale), "./migopy")
                .exits(0)
                .says("LC_ALL C.UTF-8\n");
    }

    @Test
    void aUtf8LocaleIsUnchanged() {
        project.migopy().exits(0).says("LC_ALL null\n");
    }

    @Test
    void aMissingMigopyJavaIsRefusedInJsonToo() throws IOException {
        Path alone = Scratch.folder("alone");
        Path copy = alone.resolve("migopy");
        Files.copy(project.folder().resolve("migopy"), copy);
        Launched run = Launched.run(alone, "sh", "./migopy", "status", "--json").exits(2);
        assertThat(run.err()).contains("There is no migopy.java beside ./migopy");
        assertThat(Document.parse(run.out()).getInteger("exitCode")).isEqualTo(2);
    }

    private static boolean isInstalled(String tool) {
        for (String folder : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(folder, tool))) {
                return true;
            }
        }
        return false;
    }
}

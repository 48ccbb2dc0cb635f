package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Project.project;

import java.util.List;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.PseudoTerminal;
import support.Result;

/** What differs on a terminal: colours, widths, the live line. */
@OnServer
class TerminalTest {
    private static final String ESCAPE = "\u001b[";
    private static final String YELLOW = ESCAPE + "33m";
    private static final String ERASE = "\r" + ESCAPE + "K";

    private static Result onTerminal(Project project, String... arguments) {
        return PseudoTerminal.run(project, 100, List.of(), arguments);
    }

    @Test
    void statesAreColouredUnlessNoColorOrADumbTerminalForbidsIt(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        assertThat(onTerminal(project).exits(0).out()).contains(YELLOW + "pending");
        project.environment("NO_COLOR", "1");
        assertThat(onTerminal(project).exits(0).out()).contains("pending").doesNotContain(ESCAPE);
        project.environment("NO_COLOR", "");
        assertThat(onTerminal(project).exits(0).out()).contains(YELLOW + "pending");
        project.environment("NO_COLOR", null).environment("TERM", "dumb");
        assertThat(onTerminal(project).exits(0).out()).contains("pending").doesNotContain(ESCAPE);
        project.environment("TERM", "xterm");
        assertThat(onTerminal(project, "--json").exits(0).out()).doesNotContain(ESCAPE);
    }

    @Test
    void tablesFitTheWidth(MongoServer server) {
        var project = project(server).environment("NO_COLOR", "1");
        project.with("1_one.java", marking("one"));
        project.with("2_two.java", failing("two", "no ".repeat(60)));
        project.run("execute").exits(1);
        for (String command : List.of("status", "history")) {
            String narrow =
                    PseudoTerminal.run(project, 90, List.of(), command).exits(0).out();
            assertThat(narrow.lines()).as(narrow).allMatch(line -> line.length() <= 90);
            assertThat(narrow).contains("1_one", "2_two");
        }
        String wide =
                PseudoTerminal.run(project, 120, List.of(), "history").exits(0).out();
        assertThat(wide.lines().mapToInt(String::length).max()).hasValue(120);
    }

    @Test
    void aRunningMigrationHasALineWithItsTimeAndLeavesOnlyItsResult(MongoServer server) {
        String reading = source("static void up() throws Exception { System.in.read(); }");
        var project = project(server).environment("NO_COLOR", "1").with("1_one.java", reading);
        List<String> steps = List.of("running   1_one", "\r");
        String out = PseudoTerminal.run(project, 100, steps, "execute").exits(0).out();
        assertThat(out).containsPattern("running   1_one +[\\d.]+ m?s");
        String last = out.substring(out.lastIndexOf(ERASE));
        assertThat(last).containsPattern("  applied   1_one +[\\d.]+ m?s").doesNotContain("running");
    }

    @Test
    void aBackfillHasAProgressBar(MongoServer server) {
        server.collection("many")
                .insertMany(IntStream.range(0, 60)
                        .mapToObj(i -> new Document("i", i))
                        .toList());
        var project = project(server).environment("NO_COLOR", "1");
        project.with(
                "1_fill.java",
                up("Migration.backfill(\"many\").batch(10).maxRate(60)"
                        + ".each(one -> new Document(\"$set\", new Document(\"x\", 1)))"
                        + ".run();"));
        String out = onTerminal(project, "execute").exits(0).out();
        assertThat(out).containsPattern("  1_fill +\\d+% \\[=+ *\\] \\d+ of 60 docs \\(0:00:0\\d / ");
        assertThat(out.substring(out.lastIndexOf(ERASE))).contains("applied   1_fill");
    }

    @Test
    void ignoreWithoutANamePrompts(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        String question = "Register them? [y/N]";
        String no = PseudoTerminal.run(project, 100, List.of(question, "n\r"), "ignore")
                .exits(2)
                .out();
        assertThat(no).contains("1 pending migration", "Nothing was registered");
        assertThat(project.states()).isEmpty();
        PseudoTerminal.run(project, 100, List.of(question, "y\r"), "ignore").exits(0);
        assertThat(project.states()).containsEntry("1_one", "ignored");
    }
}

package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Migrations.upAndDown;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.ReportSchemas;
import support.Scratch;

/** {@code --format} of {@code rehearse} and {@code verify}; that of {@code lint} is in {@link LintTest}. */
@OnServer
class FormatsTest {
    private static final String BROKEN = source("""
        static void up() {
            db().getCollection("plans").insertOne(new Document("_id", 1));
        }

        static void verify() {
            System.out.println("verifying");
            throw new IllegalStateException("no plan is free");
        }
        """);

    /** Three migrations: one is as it should be, the {@code down()} of the second loses a field, the third fails. */
    private static Project rehearsed(MongoServer server) {
        server.collection("users").insertOne(new Document("_id", 1).append("name", "Ada"));
        return project(server)
                .with("1_one.java", marking("one"))
                .with(
                        "2_unset.java",
                        upAndDown(
                                "db().getCollection(\"users\").updateMany(new Document(), new Document(\"$unset\","
                                        + " new Document(\"name\", 1)));",
                                "System.out.println(\"nothing\");"))
                .with("3_three.java", failing("three", "this is wrong"));
    }

    private static Project verified(MongoServer server) {
        Project project = project(server).with("1_plans.java", BROKEN);
        project.run("execute").exits(1);
        return project;
    }

    @Test
    void aRehearsalIsReportedInFormatsThatFollowTheirSchemas(MongoServer server) {
        Project project = rehearsed(server);
        String sarif =
                project.run("rehearse", "--here", "--format", "sarif").exits(7).out();
        assertThat(ReportSchemas.ofSarif(sarif)).isEmpty();
        assertThat(sarif).contains("\"ruleId\": \"up_failed\"", "\"ruleId\": \"down_differs\"");
        String gitlab =
                project.run("rehearse", "--here", "--format", "gitlab").exits(7).out();
        assertThat(ReportSchemas.ofGitlab(gitlab)).isEmpty();
        assertThat(gitlab).contains("mongomigrations/3_three.java");
        String junit =
                project.run("rehearse", "--here", "--format", "junit").exits(7).out();
        assertThat(ReportSchemas.ofJunit(junit)).isEmpty();
        assertThat(junit)
                .contains("<testsuite name=\"migopy rehearse\" tests=\"3\" failures=\"2\"")
                .contains("<testcase name=\"1_one\"", "type=\"down_differs\"", "name: string -&gt; none in 1");
    }

    @Test
    void aRehearsalIsReportedAtTheLineThatFailed(MongoServer server) {
        Project project = rehearsed(server);
        assertThat(project.run("rehearse", "--here", "--format", "gcc")
                        .exits(7)
                        .out()
                        .lines())
                .anySatisfy(line -> assertThat(line)
                        .matches("mongomigrations/3_three.java:\\d+: error: up_failed: up\\(\\) failed: this is wrong"))
                .allSatisfy(line -> assertThat(line).startsWith("mongomigrations/"));
        assertThat(project.run("rehearse", "--here", "--format", "json")
                        .exits(7)
                        .json())
                .containsEntry("exitCode", 7L)
                .containsKey("migrations");
        project.run("rehearse", "--here", "--format", "words").exits(7).says("1_one", "this is wrong");
        project.run("rehearse", "--here", "--format", "html").exits(2).says("There is no format html");
    }

    @Test
    void onGithubARehearsalIsAlsoAddedToTheSummaryOfTheJob(MongoServer server) throws IOException {
        Path summary = Scratch.folder("github").resolve("summary");
        Files.writeString(summary, "before\n");
        Project project = rehearsed(server).environment("GITHUB_STEP_SUMMARY", summary.toString());
        String out =
                project.run("rehearse", "--here", "--format", "github").exits(7).out();
        assertThat(out.lines())
                .allSatisfy(line -> assertThat(line).startsWith("::"))
                .anySatisfy(line -> assertThat(line).startsWith("::error file=mongomigrations/3_three.java,line="))
                .anySatisfy(line -> assertThat(line).contains("title=down_differs::down() leaves differences"));
        assertThat(summary)
                .content()
                .startsWith("before\n<!-- migopy-rehearsal -->\n")
                .contains("1\\_one");
        project.run("rehearse", "--here", "--format", "gcc").exits(7);
        assertThat(summary).content().containsOnlyOnce("migopy-rehearsal");
        project.environment("GITHUB_STEP_SUMMARY", summary.getParent().toString())
                .run("rehearse", "--here", "--format", "github")
                .exits(2)
                .says("cannot be written", "GITHUB_STEP_SUMMARY");
    }

    @Test
    void whatCannotBeRehearsedIsReportedToo(MongoServer server) {
        String sarif = project(server)
                .with("1_one.java", up("nonsense"))
                .run("rehearse", "--here", "--format", "sarif")
                .exits(3)
                .out();
        assertThat(ReportSchemas.ofSarif(sarif)).isEmpty();
        assertThat(sarif).contains("not_compilable");
    }

    @Test
    void conditionsAreReportedInFormatsThatFollowTheirSchemas(MongoServer server) {
        Project project = verified(server);
        String sarif = project.run("verify", "--format", "sarif").exits(7).out();
        assertThat(ReportSchemas.ofSarif(sarif)).isEmpty();
        String gitlab = project.run("verify", "--format", "gitlab").exits(7).out();
        assertThat(ReportSchemas.ofGitlab(gitlab)).isEmpty();
        String junit = project.run("verify", "--format", "junit").exits(7).out();
        assertThat(ReportSchemas.ofJunit(junit)).isEmpty();
        assertThat(junit).contains("migopy verify", "type=\"verify_failed\"", "no plan is");
        assertThat(project.run("verify", "--format", "gcc").exits(7).out())
                .matches("mongomigrations/1_plans.java:\\d+: error: verify_failed: verify\\(\\) failed: no plan is"
                        + " free\n");
        assertThat(project.run("verify", "--format", "github").exits(7).out()).startsWith("::error file=");
        assertThat(project.run("verify", "--format", "json").exits(7).json()).containsKey("verified");
    }

    @Test
    void whatAConditionPrintsIsNotInTheReport(MongoServer server) {
        var result = verified(server).run("verify", "--format", "sarif").exits(7);
        assertThat(result.out()).doesNotContain("verifying");
        assertThat(result.err()).contains("verifying");
    }

    @Test
    void whatCannotBeVerifiedIsReportedToo(MongoServer server) {
        Project project = verified(server).with("1_plans.java", BROKEN.replace("throw new", "throw no"));
        String gitlab = project.run("verify", "--format", "gitlab").exits(3).out();
        assertThat(ReportSchemas.ofGitlab(gitlab)).isEmpty();
        assertThat(gitlab).contains("not_compilable");
        project.run("verify").exits(3).says("1_plans.java:");
    }
}

package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failingDown;
import static support.Migrations.marking;
import static support.Migrations.oneWay;
import static support.Migrations.source;
import static support.Migrations.transactional;
import static support.Project.project;
import static support.Project.withoutServer;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;

/** What is refused before anything is done, in a separate process. The single cases are in {@code mongo.command}. */
@OnServer
class RefusedTest {
    private static Project applied(MongoServer server, String... names) {
        var project = project(server);
        for (String name : names) {
            project.with(name + ".java", marking(name));
        }
        project.run("execute").exits(0);
        return project.inChild();
    }

    @Test
    void documentsOfUnknownShapeAreReportedAndLeftUnchanged(MongoServer server) {
        List<Document> strange = List.of(
                new Document("_id", "1_one").append("state", "sparkling"),
                new Document("_id", 17L).append("name", List.of("2_two.java")),
                new Document("_id", "3_three")
                        .append("name", "3_three.java")
                        .append("number", "three")
                        .append("state", new Date()));
        server.collection("migrations").insertMany(strange);
        var project = project(server).with("1_one.java", marking("one")).inChild();

        project.run("status").exits(0).says("1_one", "17", "3_three");
        project.run("execute").exits(3).complainsBriefly().says("1_one", "17", "3_three");

        assertThat(server.collection("migrations").find()).containsExactlyInAnyOrderElementsOf(strange);
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void anEditedFileIsShownAgainstTheStoredSource(MongoServer server) {
        var project = applied(server, "1_one").with("2_two.java", marking("two"));
        project.with("1_one.java", marking("1_one").replace("\n", "  \r\n"));
        project.run("status", "--check").exits(8);

        project.with("1_one.java", marking("uno"));

        project.run("execute").exits(3).says("    -   ", "\"1_one\"", "    +   ", "\"uno\"", "--as unchanged");
        assertThat(project.marks()).containsExactly("1_one");
    }

    @Test
    void aFileThatIsGoneBlocksUnlessItIsNewer(MongoServer server) {
        var project = applied(server, "1_one", "2_two", "3_three");
        project.without("3_three.java");
        project.run("execute").exits(0).says("3_three", "newer");

        project.without("1_one.java");

        project.run("execute").exits(3).says("1_one", "its file is gone", "--as applied");
        project.run("rollback", "1").exits(3).says("--stored");
        assertThat(project.marks()).containsExactly("1_one", "2_two", "3_three");
        project.run("rollback", "1", "--stored").exits(0);
        assertThat(project.marks()).containsExactly("2_two", "3_three");
    }

    @Test
    void twoFilesWithOneNumberAndANumberThatIsTooLargeAreRefusedBeforeConnecting() {
        var project = withoutServer()
                .environment("MONGO_HOST", "127.0.0.1")
                .environment("MONGO_PORT", "1")
                .environment("MONGO_DATABASE", "app")
                .with("7_a.java", marking("a"))
                .with("007_b.java", marking("b"))
                .inChild();
        project.run("execute").exits(3).says("7_b", "same number").neverSays("127.0.0.1:1");

        project.without("007_b.java").with("9223372036854775808_far.java", marking("far"));

        project.run("execute").exits(3).says("9223372036854775808_far.java");
    }

    @Test
    void aNumberBelowTheLastAppliedOneIsRefusedUnlessItIsRequested(MongoServer server) {
        var project = applied(server, "1_one", "5_five").with("3_three.java", marking("3_three"));
        project.run("execute").exits(3).says("3_three is out of order", "--out-of-order");
        assertThat(project.marks()).containsExactly("1_one", "5_five");
        project.run("execute", "--out-of-order").exits(0);
        assertThat(project.marks()).containsExactly("1_one", "5_five", "3_three");
    }

    @Test
    void whenTheNinthDoesNotCompileNothingRan(MongoServer server) {
        var project = project(server).inChild();
        for (int i = 1; i <= 8; i++) {
            project.with(i + "_m.java", marking("m" + i));
        }
        project.with("9_m.java", source("static void up() {\n        int n = \"nine\";\n    }"));

        project.run("execute").exits(3).says("9_m.java:8", "incompatible types");

        assertThat(project.marks()).isEmpty();
        assertThat(project.states()).isEmpty();
        project.lockIsFree();
    }

    @Test
    void linksFoldersAndControlCharactersAreRefusedAndShownEscaped(MongoServer server) throws IOException {
        var project = project(server).with("1_one.java", marking("one")).inChild();
        project.write("outside.java", marking("outside"));
        Files.createSymbolicLink(
                project.migrations().resolve("2_link.java"), project.folder().resolve("outside.java"));
        Files.createDirectory(project.migrations().resolve("3_folder.java"));
        project.with("4_a\u001b[2Jb\n.java", marking("four"));

        Result refused = project.run("execute").exits(3);

        refused.says("2_link.java", "3_folder.java", "4_a\\u001b[2Jb\\n.java").neverSays("\u001b");
        assertThat(project.marks()).isEmpty();
        assertThat(server.db().listCollectionNames()).doesNotContain("migrations");
    }

    @Test
    void aMissingDirectoryOrAFileInItsPlaceExits2AndAnEmptyOne0(MongoServer server) throws IOException {
        var project = project(server).inChild();
        project.run("execute").exits(0);
        Files.delete(project.migrations());
        String path = project.migrations().toString();
        project.run("execute").exits(2).complainsBriefly().says(path);
        Files.writeString(project.migrations(), "a file");
        project.run("execute").exits(2).complainsBriefly().says(path);
    }

    @Test
    void withoutADownNothingIsRolledBack(MongoServer server) {
        var project = project(server).with("1_one.java", oneWay("one"));
        project.with("2_two.java", marking("two")).run("execute").exits(0);
        project.inChild();
        project.run("rollback", "--last", "2").exits(3).says("1_one has no down()");
        assertThat(project.marks()).containsExactly("one", "two");
        assertThat(project.states().values()).containsOnly("applied").hasSize(2);
    }

    @Test
    void aDownThatThrowsBlocksUntilItIsRepaired(MongoServer server) {
        var project = project(server).with("1_one.java", failingDown("one", "no way back"));
        project.with("2_two.java", marking("two")).run("execute", "--to", "1").exits(0);
        project.inChild();
        project.run("rollback", "1").exits(1).says("no way back", "1_one.java:");
        assertThat(project.states()).containsEntry("1_one", "rollback_failed");
        project.run("execute").exits(3).says("rollback of 1_one failed", "no way back", "repair");
        project.run("rollback", "1").exits(3).says("repair 1_one");
        assertThat(project.marks()).containsExactly("one");
        project.run("repair", "1", "--as", "applied", "--reason", "it is there").exits(0);
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one", "two");
        project.lockIsFree();
    }

    @Test
    void aStandaloneRefusesTransactionsByNameAndSupportsAllElse(@On(Kind.STANDALONE) MongoServer server) {
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", transactional("two"))
                .inChild();
        project.run("execute").exits(3).says("2_two takes a ClientSession", "replica set");
        assertThat(project.marks()).isEmpty();
        project.with("2_two.java", marking("two")).run("execute").exits(0);
        project.run("rollback", "--last", "1").exits(0);
        assertThat(project.marks()).containsExactly("one");
        project.lockIsFree();
    }
}

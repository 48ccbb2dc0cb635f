package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;

import static support.Migrations.marking;
import static support.Project.project;

import org.bson.Document;
import org.junit.jupiter.api.Test;

import support.MongoServer;
import support.OnServer;
import support.Project;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

@OnServer
class DumpCommandsTest {
    private static Project withUsers(MongoServer server) {
        server.collection("users").insertOne(new Document("_id", 1).append("name", "Ada"));
        server.collection("orders").insertOne(new Document("_id", 7L));
        return project(server);
    }

    private static List<String> files(Project project) throws IOException {
        try (Stream<Path> files = Files.walk(project.folder().resolve("mongodumps"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }

    private static String dumped(Project project) throws IOException {
        try (Stream<Path> dumps = Files.list(project.folder().resolve("mongodumps"))) {
            return dumps.findFirst().orElseThrow().toString();
        }
    }

    @Test
    void aDumpIsRestoredIntoAnEmptyDatabase(MongoServer server) throws IOException {
        var project = withUsers(server);
        project.run("dbdump").exits(0);
        assertThat(files(project))
                .contains("users.bson", "users.metadata.json", "orders.bson")
                .doesNotContain("migrations_lock.bson");
        server.db().drop();
        project.run("dbrestore", dumped(project)).exits(0);
        assertThat(server.collection("users").find())
                .containsExactly(new Document("_id", 1).append("name", "Ada"));
        assertThat(server.collection("orders").countDocuments()).isEqualTo(1);
        assertThat(server.db().listCollectionNames()).doesNotContain("migrations_lock");
    }

    @Test
    void whatIsThereStaysWithoutDropAndGoesWithIt(MongoServer server) throws IOException {
        var project = withUsers(server);
        project.run("dbdump").exits(0);
        server.collection("users").insertOne(new Document("_id", 2));
        project.run("dbrestore", dumped(project), "--drop").exits(0);
        assertThat(server.collection("users").countDocuments()).isEqualTo(1);
    }

    @Test
    void oneCollectionAndGzip(MongoServer server) throws IOException {
        var project = withUsers(server);
        project.run("dbdump", "--collection", "users", "--gzip").exits(0);
        assertThat(files(project)).contains("users.bson.gz").doesNotContain("orders.bson.gz");
        server.db().drop();
        project.run("dbrestore", dumped(project), "--gzip").exits(0);
        assertThat(server.collection("users").countDocuments()).isEqualTo(1);
    }

    @Test
    void theFolderIsASetting(MongoServer server) {
        var project = withUsers(server);
        project.run("dbdump", "--dump-directory", "elsewhere").exits(0);
        assertThat(project.folder().resolve("elsewhere")).isNotEmptyDirectory();
        assertThat(project.folder().resolve("mongodumps")).doesNotExist();
    }

    @Test
    void neitherTakesTheLockButRestoreIsRefusedWhileItIsHeld(MongoServer server)
            throws IOException {
        var project = withUsers(server);
        server.collection("migrations_lock").insertOne(Locks.heldFor(server, 60));
        Document lock = project.lock();
        project.run("dbdump").exits(0);
        project.run("dbrestore", dumped(project), "--drop").exits(4).complainsBriefly();
        assertThat(project.lock()).isEqualTo(lock);
    }

    @Test
    void theLockIsNeitherDumpedNorDroppedAndTheJournalComesBack(MongoServer server)
            throws IOException {
        var project = withUsers(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        Document lock = project.lock();
        project.run("dbdump").exits(0);
        project.run("rollback", "1").exits(0);
        project.run("dbrestore", dumped(project), "--drop").exits(0);
        assertThat(project.states()).containsEntry("1_one", "applied");
        assertThat(project.marks()).containsExactly("one");
        assertThat(project.lock().getLong("token")).isGreaterThanOrEqualTo(lock.getLong("token"));
    }

    @Test
    void whatIsNoDumpIsRefused(MongoServer server) {
        var project = withUsers(server);
        project.run("dbrestore").exits(2).complainsBriefly();
        project.run("dbrestore", "nowhere").exits(2).complainsBriefly().says("nowhere");
        var result = project.run("dbrestore", "mongomigrations").complainsBriefly();
        assertThat(result.exitCode()).as(result.toString()).isNotZero();
        assertThat(server.collection("users").countDocuments()).isEqualTo(1);
    }

    @Test
    void jsonAnswersWithOneDocument(MongoServer server) throws IOException {
        var project = withUsers(server);
        assertThat(project.run("dbdump", "--json").exits(0).json()).isNotEmpty();
        assertThat(project.run("dbrestore", dumped(project), "--drop", "--json").exits(0).json())
                .isNotEmpty();
    }
}

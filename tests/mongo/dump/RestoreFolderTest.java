package mongo.dump;

import static mongo.dump.Dumps.assertFails;
import static mongo.dump.Dumps.users;

import static org.assertj.core.api.Assertions.assertThat;

import migopy.MigopyException.Kind;
import migopy.console.RestoreAnswer;

import org.junit.jupiter.api.Test;

import support.MongoServer;
import support.OnServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** What a restore takes for a dump, and what it does not. */
@OnServer
class RestoreFolderTest {
    @Test
    void theFolderOfTheDatabaseIsAsGoodAsTheDumps(MongoServer server) {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        server.db().drop();

        RestoreAnswer answer = dumps.restore(folder.resolve(server.database()));

        assertThat(answer.checked()).isTrue();
        assertThat(answer.documents()).isEqualTo(5);
        assertThat(dumps.notices()).isEmpty();
    }

    @Test
    void aDumpWithoutManifestIsTakenWithANotice(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        Files.delete(folder.resolve("manifest.json"));
        Files.write(folder.resolve("oplog.bson"), new byte[0]); // by mongodump --oplog
        server.db().drop();

        assertThat(dumps.restore(folder).checked()).isFalse();

        assertThat(dumps.notices()).anyMatch(notice -> notice.contains("no manifest"));
        assertThat(server.collection("users").countDocuments()).isEqualTo(5);
    }

    @Test
    void aDumpOfAnotherDatabaseIsRefusedUnlessSaid(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        Files.delete(folder.resolve("manifest.json"));
        Files.move(folder.resolve(server.database()), folder.resolve("production"));

        assertFails(Kind.USAGE, () -> dumps.restore(folder), "production", server.database());

        server.db().drop();
        dumps.to(server.database()).restore(folder);
        assertThat(server.collection("users").countDocuments()).isEqualTo(5);
    }

    @Test
    void whatIsNotCompleteIsRefused(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server);
        Path folder = dumps.dumped();
        Path partial = folder.resolveSibling(folder.getFileName() + ".partial");
        Files.move(folder, partial);
        assertFails(Kind.REFUSED, () -> dumps.restore(partial), "not complete");
        assertFails(
                Kind.REFUSED,
                () -> dumps.restore(partial.resolve(server.database())),
                "not complete");

        // Renamed by hand, its manifest still says so.
        Path renamed = Files.move(partial, folder);
        Path manifest = renamed.resolve("manifest.json");
        Files.writeString(
                manifest,
                Files.readString(manifest).replace("\"complete\": true", "\"complete\": false"));
        assertFails(Kind.REFUSED, () -> dumps.restore(renamed), "not complete");
        Files.writeString(manifest, "{\"format\": 1, ");
        assertFails(Kind.REFUSED, () -> dumps.restore(renamed), "manifest.json");
        Files.writeString(manifest, "{\"format\": 99}");
        assertFails(Kind.REFUSED, () -> dumps.restore(renamed), "format 99");
    }

    @Test
    void whatIsNoDumpIsRefusedByName(MongoServer server) throws IOException {
        var dumps = new Dumps(server);
        Path empty = Files.createDirectory(dumps.directory().resolve("empty"));
        assertFails(Kind.USAGE, () -> dumps.restore(empty), "empty", "no dump");
        assertFails(Kind.USAGE, () -> dumps.restore(empty.resolve("nowhere")), "nowhere");
        for (String database : List.of("one", "two")) {
            Files.write(
                    Files.createDirectory(empty.resolve(database)).resolve("a.bson"), new byte[0]);
        }
        assertFails(Kind.USAGE, () -> dumps.restore(empty), "several databases");
    }

    @Test
    void aFileThatIsMissingOrStrangeIsNamed(MongoServer server) throws IOException {
        users(server, 5);
        var dumps = new Dumps(server).dropping();
        Path database = dumps.dumped().resolve(server.database());
        Path strange = Files.copy(database.resolve("users.bson"), database.resolve("more.bson"));
        assertFails(Kind.FAILED, () -> dumps.restore(database), "more.bson");
        Files.delete(strange);
        Files.delete(database.resolve("users.metadata.json"));
        assertFails(Kind.FAILED, () -> dumps.restore(database), "users.metadata.json");
        assertThat(server.collection("users").countDocuments()).isEqualTo(5);
    }

    @Test
    void onlyItsOwnerCanReadADump(MongoServer server) throws IOException {
        users(server, 5);
        Path folder = new Dumps(server).dumped();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
            }
        }
    }
}

package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.PeerJournals.day;
import static support.Project.project;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import support.MongoServer;
import support.OnServer;
import support.PeerJournals;
import support.PeerJournals.PeerFixture;
import support.Project;

/** The journals of all tools that {@code adopt} knows. */
@OnServer
class AdoptShapesTest {
    private static final String OWN = "own_migrations";

    private static Project apart(MongoServer server) {
        return project(server).environment("MIGRATIONS_COLLECTION", OWN);
    }

    private static Map<String, Long> registered(MongoServer server) {
        Map<String, Long> found = new TreeMap<>();
        for (Document entry : server.collection(OWN).find(new Document("state", "applied"))) {
            found.put(entry.getString("_id"), entry.getLong("number"));
        }
        return found;
    }

    static List<PeerFixture> all() {
        return PeerJournals.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void isRecognizedAndRegisteredOnce(PeerFixture journal, MongoServer server) {
        journal.into(server);
        var project = apart(server);
        var preview = project.run("adopt", "--json").exits(0);
        assertThat(preview.json()).containsEntry("from", journal.tool());
        project.run("adopt", "--apply").exits(0);
        assertThat(registered(server)).isEqualTo(journal.applied());
        assertThat(server.collection(OWN).countDocuments())
                .isEqualTo(journal.applied().size());
        project.run("adopt", "--apply").exits(0).says("Nothing to register");
        project.run("status", "--check").exits(0).neverSays("has run since");
        assertThat(server.collection(journal.collection()).countDocuments())
                .isEqualTo(journal.documents().size());
    }

    @ParameterizedTest
    @MethodSource("all")
    void anEntryThatCannotBeUnderstoodIsRefusedByName(PeerFixture journal, MongoServer server) {
        Document broken = new Document(journal.documents().get(0));
        String field = broken.keySet().stream()
                .filter(name -> List.of(
                                "fileName",
                                "changeId",
                                "fileName",
                                "version",
                                "className",
                                "name",
                                "id",
                                "migration_datetime")
                        .contains(name))
                .findFirst()
                .orElseThrow();
        broken.append("_id", new ObjectId("64500000000000000000abcd")).append(field, new Document("a", 1));
        journal.into(server);
        server.collection(journal.collection()).insertOne(broken);
        var project = apart(server);
        var preview = project.run("adopt", "--from", journal.tool(), "--json").exits(7);
        assertThat(preview.problemKinds()).containsOnly("not_adoptable");
        project.run("adopt", "--from", journal.tool(), "--apply").exits(3);
        assertThat(server.db().listCollectionNames()).doesNotContain(OWN);
    }

    @Test
    void mongocksFailedChangesAreInDoubt(MongoServer server) {
        Document failed = new Document(PeerJournals.all().get(1).documents().get(2))
                .append("_id", new ObjectId())
                .append("changeId", "broken")
                .append("timestamp", day(9));
        for (String state : List.of("FAILED", "ROLLBACK_FAILED", "SOMETHING")) {
            server.collection("mongockChangeLog").drop();
            server.collection("mongockChangeLog").insertOne(failed.append("state", state));
            apart(server).run("adopt").exits(7).says("is in doubt", state);
        }
    }

    @Test
    void aChangeOfMongockOfWhichOnlyTheFirstPartRanIsInDoubt(MongoServer server) {
        server.collection("mongockChangeLog")
                .insertOne(PeerJournals.all().get(1).documents().get(1));
        apart(server).run("adopt").exits(7).says("client-initializer", "is in doubt");
    }

    @Test
    void flamingocksStartedChangesAreInDoubt(MongoServer server) {
        var documents = PeerJournals.all().get(3).documents();
        server.collection("flamingockAuditLog").insertOne(documents.get(0));
        apart(server).run("adopt").exits(7).says("create-users is in doubt", "STARTED");
    }

    @Test
    void flywaysFailedVersionIsInDoubt(MongoServer server) {
        Document failed = new Document(PeerJournals.all().get(6).documents().get(1)).append("success", false);
        server.collection("flyway_schema_history").insertOne(failed);
        apart(server).run("adopt").exits(7).says("2__add_users is in doubt", "failed");
    }

    @Test
    void flywaysRepeatableMigrationsAreSkippedWithANotice(MongoServer server) {
        PeerJournals.all().get(6).into(server);
        apart(server).run("adopt").exits(0).says("1 repeatable migration of Flyway");
    }

    @Test
    void locksWithALeaseAreHeldUntilItExpires(MongoServer server) {
        PeerJournals.all().get(1).into(server);
        Document lock = new Document("key", "DEFAULT_LOCK")
                .append("status", "LOCK_HELD")
                .append("owner", "ada");
        var locks = server.collection("mongockLock");
        locks.insertOne(new Document(lock).append("expiresAt", day(1)));
        apart(server).run("adopt").exits(0).says("mongockLock is free");
        locks.drop();
        locks.insertOne(new Document(lock).append("expiresAt", day(100_000)));
        apart(server).run("adopt").exits(7).says("Mongock is running", "by ada");
    }

    @Test
    void liquibasesLockIsHeldWhileItSaysSo(MongoServer server) {
        PeerJournals.all().get(5).into(server);
        var locks = server.collection("DATABASECHANGELOGLOCK");
        locks.insertOne(new Document("_id", 1).append("locked", true).append("lockedBy", "laptop"));
        apart(server).run("adopt").exits(7).says("Liquibase is running", "by laptop");
        locks.updateOne(new Document(), new Document("$set", new Document("locked", false)));
        apart(server).run("adopt").exits(0);
    }

    @Test
    void aJournalInMigopysOwnCollectionIsRefused(MongoServer server) {
        server.collection("migrations")
                .insertOne(new Document("name", "users").append("state", "up").append("createdAt", day(1)));
        project(server).run("adopt").exits(3).says("ts-migrate-mongoose", "migrationsCollection");
    }

    @Test
    void twoHundredEntriesAreRegistered(MongoServer server) {
        for (int i = 100; i < 300; i++) {
            server.collection("changelog")
                    .insertOne(new Document("fileName", i + "-step.js").append("appliedAt", day(i)));
        }
        var project = apart(server);
        project.run("adopt").exits(0).says("200 migrations to register", "100-step", "299-step");
        project.run("adopt", "--apply").exits(0).says("200 migrations registered", "create --number 300 add users");
        assertThat(registered(server)).hasSize(200);
    }
}

package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.waitingFor;
import static support.Project.project;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/** The lock as seen by other commands, and {@code unlock}. */
@OnServer
class LockTest {
    private static Project locked(MongoServer server, long seconds) {
        server.collection("migrations_lock").insertOne(Locks.heldFor(server, seconds));
        return project(server).with("1_one.java", marking("one"));
    }

    @Test
    void executeRollbackAndIgnoreExit4AndNameTheOwnerAndTheEndOfItsLease(MongoServer server) {
        var project = locked(server, 60);
        for (String command : new String[] {"execute", "ignore"}) {
            Result result = project.run(command, "1", "--json").exits(4);
            assertThat(result.error()).containsEntry("kind", "locked");
            assertThat(result.json()).containsEntry("exitCode", 4L);
        }
        project.run("rollback", "--last", "1").exits(4);
        project.run("execute").exits(4).complainsBriefly().says("elsewhere", "--wait");
        assertThat(server.db().listCollectionNames()).containsOnly("migrations_lock");
        assertThat(project.lock()).containsEntry("owner", "owner-1").containsEntry("token", 7L);
    }

    @Test
    void withWaitARunStartsWhenTheLeaseExpires(MongoServer server) {
        var project = locked(server, 2);
        project.run("execute", "--wait", "30s").exits(0);
        assertThat(project.marks()).containsExactly("one");
        assertThat(project.lock()).containsEntry("token", 8L);
        project.lockIsFree();
    }

    @Test
    void rollbackAndIgnoreWaitToo(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        project.with("2_two.java", marking("two"));
        for (String[] arguments : new String[][] {{"rollback", "1"}, {"ignore", "2"}}) {
            server.collection("migrations_lock").drop();
            server.collection("migrations_lock").insertOne(Locks.heldFor(server, 1));
            project.run(arguments[0], arguments[1], "--wait", "30s").exits(0).says("Waiting until", "elsewhere");
        }
        assertThat(project.states()).containsEntry("1_one", "rolled_back").containsEntry("2_two", "ignored");
    }

    @Test
    void theEndOfTheLeaseIsShownInThisMachinesTime(MongoServer server) {
        var project = locked(server, 60);
        String message = project.run("execute", "--json").error().getString("message");
        assertThat(message).matches("run run-1 on elsewhere, pid 4711 holds the lock until [\\d:]{8}");
        String until = DateTimeFormatter.ofPattern("HH:mm:ss")
                .withZone(ZoneId.systemDefault())
                .format(project.lock().getDate("expiresAt").toInstant());
        assertThat(message).endsWith(until);
    }

    @Test
    void withWaitARunFailsAtTheEndOfTheWait(MongoServer server) {
        var project = locked(server, 60);
        project.run("execute", "--wait", "500ms").exits(4);
        project.run("execute", "--wait", "soon").exits(2).complainsBriefly();
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void anExpiredLeaseIsTakenOver(MongoServer server) {
        var project = locked(server, -1);
        project.run("execute").exits(0);
        assertThat(project.lock()).containsEntry("token", 8L);
    }

    @Test
    void theLockDocumentStaysAfterReleaseAndItsTokenIncreases(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        assertThat(project.lock()).containsEntry("_id", "lock").containsEntry("token", 1L);
        project.lockIsFree();
        project.with("2_two.java", marking("two")).run("execute").exits(0);
        assertThat(project.lock()).containsEntry("token", 2L);
        assertThat(project.journal("2_two")).containsEntry("fence", 2L);
    }

    @Test
    void aHeldLockNamesItsOwner(MongoServer server) {
        var project = project(server).with("1_one.java", waitingFor("go")).lease("30s");
        var run = project.start("execute").untilInUp();
        Document lock = project.lock();
        assertThat(lock)
                .containsOnlyKeys("_id", "owner", "run", "host", "pid", "token", "acquiredAt", "expiresAt")
                .containsEntry("pid", run.pid())
                .containsEntry("run", project.journal("1_one").get("run"));
        assertThat(lock.get("owner")).isInstanceOf(String.class);
        assertThat(lock.get("token")).isInstanceOf(Long.class);
        assertThat(lock.getDate("expiresAt").toInstant())
                .isBetween(server.time().plusSeconds(15), server.time().plusSeconds(31));
        assertThat(lock.getDate("acquiredAt")).isBeforeOrEqualTo(Date.from(server.time()));
        project.run("execute").exits(4).says(lock.getString("host"));
        project.run("unlock").exits(4);
        project.signal("go");
        run.exits(0);
    }

    @Test
    void unlockReleasesAnExpiredLock(MongoServer server) {
        var project = locked(server, -1);
        project.run("unlock").exits(0).says("owner-1");
        project.lockIsFree();
        assertThat(project.lock()).containsEntry("token", 7L);
    }

    @Test
    void unlockReleasesALiveLockOnlyWithItsOwnersId(MongoServer server) {
        var project = locked(server, 60);
        Document before = project.lock();
        project.run("unlock").exits(4).complainsBriefly().says("owner-1");
        project.run("unlock", "--owner", "owner-2").exits(4);
        assertThat(project.lock()).isEqualTo(before);
        project.run("unlock", "--owner", "owner-1", "--json").exits(0).json();
        project.lockIsFree();
        project.run("execute").exits(0);
        assertThat(project.lock()).containsEntry("token", 8L);
    }

    @Test
    void unlockWithoutALockDoesNothing(MongoServer server) {
        project(server).run("unlock").exits(0);
        assertThat(server.db().listCollectionNames()).isEmpty();
    }

    @Test
    void theLocksCollectionFollowsTheJournalsName(MongoServer server) {
        var project =
                project(server).environment("MIGRATIONS_COLLECTION", "changes").with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        assertThat(server.db().listCollectionNames()).containsExactlyInAnyOrder("changes", "changes_lock", "done");
    }

    @Test
    void aLeaseOfYearsIsShownWithItsDate(MongoServer server) {
        int tenYears = 10 * 366 * 24 * 3600;
        var project = locked(server, tenYears);
        String message = project.run("execute", "--json").error().getString("message");
        assertThat(message).matches(".* holds the lock until 20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d");
    }
}

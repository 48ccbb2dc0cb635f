package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Migrations.waitingFor;
import static support.Project.project;

import java.time.Duration;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;

/** A user without rights, and a slow server. */
@OnServer
class SlowAndRightsTest {
    @Test
    void aUserWithReadRightsSeesTheStatusAndTheMissingRight(@On(Kind.AUTH) MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", marking("two"));
        project.run("execute", "--to", "1").exits(0);
        Document lock = project.lock();
        server.createUser("reader", "secret", "read");
        project.environment("MONGO_URI", server.uriAs("reader", "secret"));

        project.run("status").exits(0).says("1_one", "2_two");
        project.run("execute", "--dry-run").exits(0);
        for (List<String> command : List.of(
                List.of("execute"),
                List.of("rollback", "1"),
                List.of("ignore", "2"),
                List.of("unlock", "--owner", "x"))) {
            var result = project.run(command.toArray(String[]::new));
            if (!command.get(0).equals("unlock")) {
                result.exits(6).complainsBriefly().says("migrations_lock");
            }
            result.neverSays("secret");
        }
        assertThat(project.lock()).isEqualTo(lock);
        assertThat(project.states()).containsOnlyKeys("1_one");
    }

    @Test
    void withoutTheRightToWriteTheJournalNothingRuns(@On(Kind.AUTH) MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        Document any = new Document("resource", new Document("db", server.database()).append("collection", ""))
                .append("actions", List.of("find"));
        Document lock = new Document(
                        "resource", new Document("db", server.database()).append("collection", "migrations_lock"))
                .append("actions", List.of("find", "insert", "update"));
        server.db()
                .runCommand(new Document("createRole", "locker")
                        .append("privileges", List.of(any, lock))
                        .append("roles", List.of()));
        server.closeAtEnd(() -> server.db().runCommand(new Document("dropRole", "locker")));
        server.createUser("locker", "secret", "locker");
        project.environment("MONGO_URI", server.uriAs("locker", "secret"));

        project.run("execute").exits(6).complainsBriefly().says("migrations");

        assertThat(project.states()).isEmpty();
        assertThat(project.marks()).isEmpty();
        project.lockIsFree();
    }

    @Test
    void withEveryCommandDelayedTheResultIsTheSameAndTheLeaseIsKept(MongoServer server) {
        server.db().createCollection("done");
        var proxy = server.proxy();
        proxy.delay(Duration.ofMillis(200));
        var project = project(server)
                .with("1_slow.java", waitingFor("go"))
                .with("2_two.java", transactional("two"))
                .with("3_three.java", marking("three"))
                .lease("3s")
                .environment("MONGO_URI", server.uriThrough(proxy));
        var run = project.start("execute").untilInUp();
        var first = project.lock().getDate("expiresAt");
        Eventually.until(
                "two leases have gone by",
                () -> project.lock()
                        .getDate("expiresAt")
                        .toInstant()
                        .isAfter(first.toInstant().plusSeconds(6)));
        project.run("execute").exits(4);
        project.signal("go");
        run.exits(0);
        assertThat(project.marks()).containsExactlyInAnyOrder("slow", "two", "three");
        assertThat(project.states().values()).containsOnly("applied").hasSize(3);
        project.lockIsFree();
    }
}

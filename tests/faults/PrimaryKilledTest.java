package faults;

import static org.assertj.core.api.Assertions.assertThat;

import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Migrations.waitingFor;
import static support.Project.project;

import org.junit.jupiter.api.Test;

import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.Mongod;
import support.On;
import support.OnServer;

/** Kill -9 of the primary of three members: the driver finds the next one, and the run goes on. */
@OnServer
class PrimaryKilledTest {
    @Test
    void duringUpTheRunGoesOnWithTheNextPrimary(@On(Kind.THREE_MEMBERS) MongoServer server) {
        server.db().createCollection("done");
        var project =
                project(server)
                        .with("1_slow.java", waitingFor("go"))
                        .with("2_two.java", transactional("two"))
                        .with("3_three.java", marking("three"));
        var run = project.start("execute").untilInUp();
        Mongod primary = primary(server);
        primary.kill();
        server.closeAtEnd(
                () -> {
                    primary.startAgain();
                    Eventually.until("there is a primary", () -> primary(server) != null);
                });
        project.signal("go");

        run.exits(0);

        assertThat(project.marks()).containsExactlyInAnyOrder("slow", "two", "three");
        assertThat(project.states().values()).containsOnly("applied").hasSize(3);
        project.lockIsFree();
    }

    private static Mongod primary(MongoServer server) {
        String address = server.admin(new org.bson.Document("hello", 1)).getString("primary");
        return server.members().stream()
                .filter(member -> member.address().equals(address))
                .findFirst()
                .orElse(null);
    }
}

package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Project.project;

import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Result;

/** Without a replica set everything works except transactions, which are refused by name before anything runs. */
@OnServer
class StandaloneTest {
    @Test
    void migrationsAreAppliedFailAndAreRolledBack(@On(Kind.STANDALONE) MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", failing("two", "no"));
        project.run("status", "--check").exits(8);
        project.run("execute").exits(1);
        project.with("2_two.java", marking("two")).run("execute").exits(0);
        project.run("rollback", "--last", "1").exits(0);
        project.run("ignore", "--yes").exits(0);
        project.run("history").exits(0);
        assertThat(project.states()).containsEntry("1_one", "applied").containsEntry("2_two", "ignored");
        project.lockIsFree();
        assertThat(project.journal("1_one")).containsEntry("fence", 1L);
    }

    @Test
    void aTransactionalMigrationIsRefusedByNameBeforeAnythingRuns(@On(Kind.STANDALONE) MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", transactional("two"));
        Result result = project.run("execute", "--json").exits(3);
        result.says("2_two").says("replica set");
        project.run("execute").exits(3).complainsBriefly().says("2_two", "replica set");
        assertThat(project.marks()).isEmpty();
        assertThat(project.states()).isEmpty();
        project.run("execute", "--to", "1").exits(0);
    }

    @Test
    void theLockExcludesOtherRunsHereToo(@On(Kind.STANDALONE) MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        server.collection("migrations_lock").insertOne(Locks.heldFor(server, 60));
        project.run("execute").exits(4);
        project.run("unlock", "--owner", "owner-1").exits(0);
        project.run("execute").exits(0);
    }
}

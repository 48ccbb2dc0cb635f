package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Migrations.upAndDown;
import static support.Project.project;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.MongoServer;
import support.OnServer;

/** A migration drops the journal, and with it its own record. */
@OnServer
class DroppedRecordTest {
    private static final String DROP_JOURNAL = "db().getCollection(\"migrations\").drop();";
    private static final String DROP_ALL = "db().drop();";

    @Test
    void aDroppedJournalEndsTheRunAndNothingIsWrittenInItsPlace(MongoServer server) {
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_drop.java", up(DROP_JOURNAL))
                .with("3_three.java", marking("three"));

        project.run("execute")
                .exits(5)
                .complainsBriefly()
                .says("The record of 2_drop was deleted")
                .neverSays("taken over");

        assertThat(project.states()).isEmpty();
        assertThat(project.marks()).containsExactly("one");
        project.lockIsFree();
    }

    @Test
    void theSameAppliesToTheLastStep(MongoServer server) {
        var project = project(server).with("1_drop.java", up(DROP_ALL));

        var result = project.run("execute", "--json").exits(5);

        assertThat(result.steps()).extracting("outcome").containsExactly("unknown");
        assertThat(project.states()).isEmpty();
        assertThat(server.db().listCollectionNames()).doesNotContain("migrations");
    }

    @Test
    void theSameAppliesToADroppedDatabase(MongoServer server) {
        var project = project(server).with("1_drop.java", up(DROP_ALL)).with("2_two.java", marking("two"));

        project.run("execute").exits(5).says("The record of 1_drop was deleted");

        assertThat(project.states()).isEmpty();
        assertThat(project.marks()).isEmpty();
    }

    @Test
    void theSameAppliesToARollbackAndAFix(MongoServer server) {
        var project = project(server)
                .with("1_one.java", upAndDown("", DROP_JOURNAL))
                .write("fix.java", up("db().getCollection(\"migrations_fixes\").drop();"));
        project.run("execute").exits(0);
        project.run("rollback", "1_one").exits(5).says("The record of 1_one was deleted");
        assertThat(project.states()).isEmpty();

        project.run("run", "fix.java", "--reason", "x").exits(5).says("was deleted");
        assertThat(server.collection("migrations_fixes").countDocuments()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "updateMany(new Document(), new Document('$set', new Document('run', 'other')));|was changed while it"
                        + " ran",
                "updateMany(new Document(), new Document('$set', new Document('state', 'applied'))); if (true) throw"
                        + " new RuntimeException();|was changed",
                "updateMany(new Document(), new Document('$set', new Document('state', 'applied')));|was changed",
            })
    void aMigrationThatChangesItsRecordIsReportedAsSuch(String call, String message, MongoServer server) {
        String statement = "db().getCollection(\"migrations\")." + call.replace('\'', '"');
        var project = project(server).with("1_own.java", up(statement)).with("2_two.java", marking("two"));

        project.run("execute").exits(5).says(message).neverSays("taken over");

        assertThat(project.marks()).isEmpty();
    }

    @Test
    void soIsAFixThatEndsItsOwnRecord(MongoServer server) {
        var project = project(server)
                .write(
                        "fix.java",
                        up("db().getCollection(\"migrations_fixes\").updateMany(new Document(), new"
                                + " Document(\"$set\", new Document(\"outcome\", \"applied\")));"));
        project.run("run", "fix.java", "--reason", "x").exits(5).says("was changed while it ran");
    }

    @Test
    void soIsOneThatDeletesItInItsTransaction(MongoServer server) {
        String text = source("static void up(MongoDatabase db, ClientSession session) {"
                + " db.getCollection(\"migrations\").deleteMany(session, new Document()); }");
        var project = project(server).with("1_own.java", text);

        project.run("execute")
                .exits(5)
                .says("changed or deleted its own record")
                .neverSays("taken over");
    }

    @Test
    void noFurtherMigrationIsStartedWithoutTheLock(MongoServer server) {
        var project = project(server)
                .with("1_drop.java", up("db().getCollection(\"migrations_lock\").drop();"))
                .with("2_two.java", marking("two"));

        project.run("execute").exits(5).says("lock");

        assertThat(project.states()).containsOnlyKeys("1_drop").containsEntry("1_drop", "applied");
        assertThat(project.marks()).isEmpty();
    }
}

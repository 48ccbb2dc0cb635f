package mongo.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Project;

/** Each command restarts the embedded server, so that only persisted data counts. */
class EmbeddedDumpTest {
    @Test
    void aDumpOfTheEmbeddedDatabaseReplacesItsContent() {
        Project project =
                Project.withoutServer().with("1_one.java", marking("one")).entry("{ mongoDatabase = \"app\"; }");
        project.run("execute", "--embedded").exits(0);
        Document dump = project.run("dbdump", "--embedded", "--json").exits(0).json();
        assertThat(dump.getBoolean("snapshot")).isFalse();
        project.run("rollback", "1", "--embedded").exits(0);

        project.run("dbrestore", dump.getString("folder"), "--drop", "--embedded")
                .exits(0);

        project.run("status", "--check", "--embedded").exits(0);
        Document again = project.run("dbdump", "--embedded", "--json").exits(0).json();
        assertThat(again.getLong("documents")).isEqualTo(dump.getLong("documents"));
    }
}

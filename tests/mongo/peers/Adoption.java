package mongo.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.project;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bson.Document;
import support.Hints;
import support.MongoServer;
import support.Project;
import support.Result;

/** What each test shows in the end: the journal is adopted, the old migrations are not run, and a new one is. */
final class Adoption {
    private Adoption() {}

    /**
     * Adopts the journal of another tool, and works on with Migopy.
     *
     * @param tool the name that {@code adopt} has for the tool
     * @param names the names that are registered as applied, and no others
     */
    static Project adoptsAndGoesOn(MongoServer server, String tool, String... names) {
        var project = project(server);
        var theirs = theirs(server);
        var preview = project.run("adopt").exits(0).says(names);
        assertThat(project.states()).as("a preview writes nothing").isEmpty();

        var adopted = Hints.typeLast(project, preview).exits(0);
        assertThat(project.states()).isEqualTo(applied(names));
        for (String name : names) {
            assertThat(project.journal(name).get("adopted", Document.class))
                    .as(name)
                    .containsEntry("from", tool);
        }
        project.run("adopt", "--apply").exits(0).says("Nothing to register");
        project.run("status", "--check").exits(0);
        newOneRuns(project, Hints.typeLast(project, adopted));
        assertThat(theirs(server)).as("the collections of the other tool").isEqualTo(theirs);
        return project;
    }

    /** The migration that was created is executed; those before it are not. */
    static void newOneRuns(Project project, Result created) {
        String path = created.exits(0).out().strip();
        String file = path.substring(path.lastIndexOf('/') + 1);
        project.with(file, marking("new"));
        var steps = project.run("execute", "--json").exits(0).steps();
        assertThat(steps.stream().map(step -> step.getString("name"))).containsExactly(file.replace(".java", ""));
        assertThat(project.marks()).containsExactly("new");
    }

    private static Map<String, String> applied(String... names) {
        return new TreeMap<>(Arrays.stream(names).collect(Collectors.toMap(Function.identity(), name -> "applied")));
    }

    /** The documents of all collections that are not ours. */
    private static Map<String, Object> theirs(MongoServer server) {
        Map<String, Object> documents = new TreeMap<>();
        for (String name : server.db().listCollectionNames()) {
            if (!name.equals("done") && !name.startsWith("migrations")) {
                documents.put(name, server.collection(name).find().into(new ArrayList<>()));
            }
        }
        return documents;
    }
}

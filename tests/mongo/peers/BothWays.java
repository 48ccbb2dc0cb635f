package mongo.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import golden.Manual;
import golden.Manual.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bson.Document;
import support.MongoServer;

/** The migration that a page of docs/coming-from shows in both languages. */
record BothWays(MongoServer server, List<Example> examples) {
    static BothWays on(MongoServer server, String page) {
        BothWays both = new BothWays(server, Manual.read().page(page).examples());
        both.fill();
        return both;
    }

    private void fill() {
        server.collection("users").drop();
        server.collection("users")
                .insertMany(List.of(
                        new Document("_id", 1).append("email", "ada@example.com"),
                        new Document("_id", 2)
                                .append("email", "bob@example.com")
                                .append("active", false)));
    }

    private List<Example> all(String kind) {
        return examples.stream().filter(example -> example.kind().equals(kind)).toList();
    }

    /** Returns the other tool's files by name. */
    Map<String, String> theirs() {
        return all("theirs").stream().collect(Collectors.toMap(Example::argument, Example::text));
    }

    /** Writes the other tool's files into its project. */
    ToolProject into(ToolProject tool) {
        theirs().forEach(tool::with);
        return tool;
    }

    /** Asserts, after the other tool has run its migration, that Migopy's has the same effect. */
    void haveTheSameEffect() {
        Object theirs = users();
        assertThat(theirs.toString()).contains("active=true");
        fill();
        var ours = all("ours");
        assertThat(ours).hasSize(1);
        project(server)
                .environment("MIGRATIONS_COLLECTION", "our_migrations")
                .with(ours.get(0).fileName(), ours.get(0).text())
                .run("execute")
                .exits(0);
        assertThat(users()).isEqualTo(theirs);
    }

    private Object users() {
        List<Document> all = server.collection("users").find().into(new ArrayList<>());
        for (Document index : server.collection("users").listIndexes()) {
            all.add(index);
        }
        return all;
    }
}

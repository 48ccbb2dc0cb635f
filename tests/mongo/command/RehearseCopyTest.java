package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.up;
import static support.Project.project;

import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Result;

/** What the copy of a rehearsal has. */
@OnServer
class RehearseCopyTest {
    private static final String EACH = up(
            "for (Document one : db().getCollection(\"users\").find(FILTER).into(new java.util.ArrayList<Document>()))"
                    + " db().getCollection(\"users\").updateOne(new Document(\"_id\", one.get(\"_id\")), new"
                    + " Document(\"$set\", new Document(\"length\", one.getString(\"name\").length())));");

    /** 12,000 users: three of them have the status "legacy", and the name that is given. */
    private static Project users(MongoServer server, Object rare) {
        List<Document> users = new ArrayList<>();
        for (int i = 0; i < 12_000; i++) {
            boolean legacy = i % 4_000 == 1_234;
            users.add(new Document("_id", i)
                    .append("name", legacy ? rare : "Ada")
                    .append("status", legacy ? "legacy" : "new"));
        }
        server.collection("users").insertMany(users);
        return project(server);
    }

    private static Document copied(Result result) {
        return result.json().getList("copied", Document.class).get(0);
    }

    @Test
    void documentsOfATypeThatTheSampleMissesAreCopiedToo(MongoServer server) {
        Project project = users(server, null).with("1_length.java", EACH.replace("FILTER", ""));
        project.run("rehearse", "--here", "--sample", "100")
                .exits(7)
                .says(" of 12,000 documents, ", " of them by filters and types", "Cannot invoke \"String.length()\"");
    }

    @Test
    void documentsThatTheFiltersOfAMigrationSelectAreCopiedToo(MongoServer server) {
        Project project = users(server, "Cher")
                .with("1_length.java", EACH.replace("FILTER", "new Document(\"status\", \"legacy\")"));
        Result result =
                project.run("rehearse", "--here", "--sample", "100", "--json").exits(0);
        assertThat(copied(result)).containsEntry("how", "sample+aim");
        long aimed = copied(result).getLong("aimed"); // the sample may have one of the three by chance
        Document change = result.json()
                .getList("migrations", Document.class)
                .get(0)
                .getList("changes", Document.class)
                .get(0);
        assertThat(change).containsEntry("changed", 3L).containsEntry("unchanged", 97L + aimed);
    }

    @Test
    void theFilterOfABackfillChoosesDocumentsToo(MongoServer server) {
        Project project = users(server, "Cher")
                .with(
                        "1_backfill.java",
                        up("Migration.backfill(\"users\").where(new Document(\"status\", \"legacy\"))"
                                + ".each(one -> new Document(\"$set\", new Document(\"old\", true))).run();"));
        Result result =
                project.run("rehearse", "--here", "--sample", "100", "--json").exits(0);
        assertThat(copied(result)).containsEntry("how", "sample+aim");
    }

    @Test
    void aSampleThatMissesNothingStaysAsItIs(MongoServer server) {
        Project project = users(server, "Cher").with("1_length.java", EACH.replace("FILTER", ""));
        Result result =
                project.run("rehearse", "--here", "--sample", "100", "--json").exits(0);
        assertThat(copied(result)).containsEntry("documents", 100L).containsEntry("how", "sample");
    }
}

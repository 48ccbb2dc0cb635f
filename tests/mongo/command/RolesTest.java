package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.upAndDown;
import static support.Project.project;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Checkout;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;

/** The smallest role of each command in docs/deployment.md suffices, and each of its rights is needed. */
@OnServer
class RolesTest {
    private static final List<String> COLLECTIONS = List.of("migrations", "migrations_lock", "migrations_fixes");

    private static final Document BACKFILL =
            new Document("collection", "users").append("state", "running").append("done", 0L);

    /** One action on one collection. */
    private record Right(String collection, String action) {}

    /** A row of the table: commands and their rights. */
    private record Row(List<String> commands, List<Right> rights) {}

    @Test
    void theSmallestRoleOfEachCommandSufficesAndIsMinimal(@On(Kind.AUTH) MongoServer server) throws IOException {
        server.createUser("ada", "secret");
        var project = project(server)
                .with("1_one.java", upAndDown("int nothing = 0;", "int nothing = 0;"))
                .write("fix.java", upAndDown("int nothing = 0;", "int nothing = 0;"))
                .environment("MONGO_URI", server.uriAs("ada", "secret"));
        for (Row row : rows()) {
            for (String command : row.commands()) {
                run(project, command, row.rights()).exits(whereOneWasInterrupted(command));
                for (Right one : row.rights()) {
                    List<Right> others = new ArrayList<>(row.rights());
                    others.remove(one);
                    Result refused = run(project, command, others);
                    // 5: it ran, but could not be recorded.
                    assertThat(refused.exitCode())
                            .as("without %s: %s", one, refused)
                            .isIn(5, 6);
                }
            }
        }
    }

    @Test
    void dumpAndRestoreNeedTheDocumentedRoles(@On(Kind.AUTH) MongoServer server) {
        server.createUser("reader", "secret", "read");
        server.createUser("writer", "secret", "readWrite");
        server.collection("users").insertOne(new Document("_id", 1));
        server.collection("users").createIndex(new Document("email", 1));
        var project = project(server).environment("MONGO_URI", server.uriAs("reader", "secret"));
        String dump = project.run("dbdump", "--json").exits(0).json().getString("folder");
        project.environment("MONGO_URI", server.uriAs("writer", "secret"));
        project.run("dbrestore", dump, "--drop").exits(0);
        assertThat(server.collection("users").countDocuments()).isEqualTo(1);
    }

    @Test
    void lintAsksTheDatabaseWithTheRightToReadAlone(@On(Kind.AUTH) MongoServer server) {
        server.createUser("reader", "secret", "read");
        server.collection("users").insertMany(List.of(new Document("a", 1), new Document("a", 1)));
        server.collection("users").createIndex(new Document("b", 1));
        var project = project(server)
                .environment("MONGO_URI", server.uriAs("reader", "secret"))
                .with(
                        "1_one.java",
                        upAndDown("""
                            var users = db().getCollection("users");
                            users.createIndex(new Document("a", 1), new IndexOptions().unique(true));
                            users.updateMany(Filters.gt("a", 0), new Document("$set", new Document("c", 1)));
                            users.updateOne(Filters.eq("a", 1), new Document("$set", new Document("c", 2)));
                            db().runCommand(new Document("collMod", "users").append("validator", Filters.exists("d")));
                            users.dropIndex("b_1");
                            """, "int nothing = 0;")
                                .replaceFirst("import", "import com.mongodb.client.model.*;\nimport"));
        project.run("lint", "--database")
                .says("info M202", "info M301", "warning M310")
                .says("info M108  not checked: the right to indexStats on " + server.database() + ".users is missing");
        server.db()
                .runCommand(new Document("createRole", "statistics")
                        .append(
                                "privileges",
                                List.of(new Document(
                                                "resource",
                                                new Document("db", server.database()).append("collection", "users"))
                                        .append("actions", List.of("indexStats"))))
                        .append("roles", List.of("read")));
        server.admin(new Document("updateUser", "reader")
                .append("roles", List.of(new Document("role", "statistics").append("db", server.database()))));
        project.run("lint", "--database")
                .says("warning M108  drops b_1 of users")
                .neverSays("not checked");
        server.db().runCommand(new Document("dropRole", "statistics"));
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(Checkout.root().resolve("docs/deployment.md"))) {
            if (line.startsWith("| `")) {
                rows.add(row(line.split("\\|", -1)));
            }
        }
        assertThat(rows).hasSizeGreaterThan(5);
        return rows;
    }

    private static Row row(String[] cells) {
        List<Right> rights = new ArrayList<>();
        for (int i = 0; i < COLLECTIONS.size(); i++) {
            for (String action : words(cells[i + 2])) {
                rights.add(new Right(COLLECTIONS.get(i), action));
            }
        }
        return new Row(words(cells[1].replace("`", "")), rights);
    }

    private static List<String> words(String cell) {
        return Stream.of(cell.split(","))
                .map(String::strip)
                .filter(w -> !w.isEmpty())
                .toList();
    }

    private static Result run(Project project, String command, List<Right> rights) {
        MongoServer server = project.server();
        prepare(server, command);
        List<Document> privileges = new ArrayList<>();
        for (Right right : rights) {
            Document resource = new Document("db", server.database()).append("collection", right.collection());
            privileges.add(new Document("resource", resource).append("actions", List.of(right.action())));
        }
        server.db()
                .runCommand(new Document("createRole", "smallest")
                        .append("privileges", privileges)
                        .append("roles", List.of()));
        try {
            server.admin(new Document("updateUser", "ada")
                    .append("roles", List.of(new Document("role", "smallest").append("db", server.database()))));
            return project.run(arguments(command));
        } finally {
            server.db().runCommand(new Document("dropRole", "smallest"));
        }
    }

    private static int whereOneWasInterrupted(String command) {
        return switch (command) {
            case "validate --database" -> 3;
            case "execute --dry-run" -> 5;
            default -> 0;
        };
    }

    /** Creates a journal, a lock and a fix with which the commands need each right that they may ever need. */
    private static void prepare(MongoServer server, String command) {
        COLLECTIONS.forEach(name -> server.collection(name).drop());
        String state = switch (command) {
            case "rollback", "redo" -> "applied";
            case "execute", "ignore" -> null;
            default -> "running";
        };
        if (state != null) {
            server.collection("migrations")
                    .insertOne(new Document("_id", "1_one")
                            .append("name", "1_one.java")
                            .append("number", 1L)
                            .append("state", state)
                            .append("run", "run-1")
                            .append("fence", 1L)
                            .append("reversible", true)
                            .append("startedAt", new Date())
                            .append("checkpoints", new Document("1", BACKFILL)));
        }
        server.collection("migrations_fixes")
                .insertOne(new Document("_id", "dead")
                        .append("kind", "java")
                        .append("file", "fix.java")
                        .append("outcome", "running")
                        .append("fence", 1L)
                        .append("startedAt", new Date()));
        if (command.equals("unlock") || command.startsWith("backfill")) {
            int seconds = command.equals("unlock") ? -1 : 60;
            server.collection("migrations_lock").insertOne(Locks.heldFor(server, seconds));
        }
    }

    private static String[] arguments(String command) {
        String arguments = switch (command) {
            case "rollback", "redo", "backfill pause", "backfill resume", "backfill cancel" -> command + " 1_one";
            case "ignore" -> "ignore --yes";
            case "repair" -> "repair 1 --as pending --reason x";
            case "run" -> "run fix.java --reason x";
            default -> command;
        };
        return arguments.split(" ");
    }
}

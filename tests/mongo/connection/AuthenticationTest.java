package mongo.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static support.Project.project;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Updates;
import java.util.List;
import migopy.MigopyException;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.PseudoTerminal;

@OnServer
class AuthenticationTest {
    private static final String HARD = "p@ss:w/o%r$d \"x'";

    @Test
    void aPasswordWithSpecialCharactersFromTheEnvironmentIsAccepted(@On(Kind.AUTH) MongoServer server) {
        server.createUser("writer", HARD, "readWrite");
        Connection connection = Connections.open(
                server,
                "mongodb://writer@%s/%s".formatted(server.address(), server.database()),
                "MONGO_PASSWORD",
                HARD,
                "MONGO_AUTH_SOURCE",
                "admin");
        connection.journalDatabase().getCollection("x").insertOne(new Document("_id", 1));
        assertThat(connection.database().getCollection("x").countDocuments()).isEqualTo(1);
    }

    @Test
    void aPasswordTypedAtAPromptIsAcceptedAndNotShown(@On(Kind.AUTH) MongoServer server) {
        server.createUser("writer", HARD, "readWrite");
        PseudoTerminal.run(
                        project(server),
                        120,
                        List.of("Password: ", HARD + "\r"),
                        "execute",
                        "--uri",
                        "mongodb://writer@%s/%s".formatted(server.address(), server.database()),
                        "--auth-source=admin",
                        "--password")
                .exits(0)
                .says("Nothing to do")
                .neverSays(HARD);
    }

    @Test
    void aWrongPasswordIsReportedInOneLineWithoutIt(@On(Kind.AUTH) MongoServer server) {
        server.createUser("writer", HARD, "readWrite");
        Connection connection = Connections.open(server, server.uriAs("writer", "wr0ng-one"));
        MigopyException refusal = unreachable(connection::topology);
        assertThat(refusal)
                .hasMessageContainingAll(server.address(), "authentication failed for user writer (authSource admin)");
        assertThat(refusal.getMessage() + refusal.hint()).doesNotContain("wr0ng-one", "\n");
    }

    @Test
    void aConnectionWithoutAUserIsRefused(@On(Kind.AUTH) MongoServer server) {
        Connection connection = Connections.open(server, "mongodb://" + server.address() + "/x");
        MigopyException refusal = translated(
                () -> connection.database().getCollection("users").find().first());
        assertThat(refusal).hasMessageContaining("requires authentication");
        assertThat(refusal.hint()).contains("MONGO_USER");
    }

    @Test
    void aMissingPrivilegeIsNamedWithItsCollection(@On(Kind.AUTH) MongoServer server) {
        server.createUser("reader", "reader-pass", "read");
        Connection connection = Connections.open(server, server.uriAs("reader", "reader-pass"));
        MongoDatabase database = connection.journalDatabase();
        MongoCollection<Document> journal = database.getCollection("migrations");
        assertThat(journal.find().first()).isNull();
        String where = " on " + server.database() + ".migrations is missing";
        assertThat(translated(() -> journal.insertOne(new Document("secret", "in a document"))))
                .hasMessage("Writing: the right to insert" + where);
        assertThat(translated(() -> journal.updateOne(Filters.eq(1), Updates.set("a", 1))))
                .hasMessage("Writing: the right to update" + where);
        var lock = new FindOneAndUpdateOptions().upsert(true);
        assertThat(translated(() -> journal.findOneAndUpdate(Filters.eq("lock"), Updates.set("a", 1), lock)))
                .hasMessage("Writing: the right to find, insert and update" + where);
        assertThat(translated(() -> journal.deleteOne(Filters.eq(1))))
                .hasMessage("Writing: the right to remove" + where);
    }

    @Test
    void anyOtherErrorOfTheDatabaseIsReportedInItsOwnMessage(MongoServer server) {
        Connection connection = Connections.open(server, server.uri());
        MongoCollection<Document> users = connection.database().getCollection("users");
        users.insertOne(new Document("_id", 1));
        MongoException e = catchThrowableOfType(MongoException.class, () -> users.insertOne(new Document("_id", 1)));
        MigopyException failure = MongoErrors.translate(e, "Writing app.users");
        assertThat(failure.kind()).isEqualTo(MigopyException.Kind.FAILED);
        assertThat(failure.getMessage()).startsWith("Writing app.users: E11000 duplicate key");
        MongoException unknown = catchThrowableOfType(
                MongoException.class, () -> connection.database().runCommand(new Document("noSuch", 1)));
        assertThat(MongoErrors.translate(unknown, "Asking").getMessage())
                .isEqualTo("Asking: no such command: 'noSuch'");
    }

    private static MigopyException translated(ThrowingCallable call) {
        MongoException e = catchThrowableOfType(MongoException.class, call);
        MigopyException translated = MongoErrors.translate(e, "Writing");
        assertThat(translated.kind()).isEqualTo(MigopyException.Kind.UNREACHABLE);
        return translated;
    }

    private static MigopyException unreachable(ThrowingCallable call) {
        MigopyException refusal = catchThrowableOfType(MigopyException.class, call);
        assertThat(refusal.kind()).isEqualTo(MigopyException.Kind.UNREACHABLE);
        return refusal;
    }
}

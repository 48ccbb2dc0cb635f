package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Migrations.transactional;
import static support.Migrations.up;
import static support.Project.project;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.TlsFiles;

/** A short test of everything on the other kinds and versions of servers. */
@OnServer
class OtherVersionsTest {
    @Test
    void allCommandsWorkOnMongodb5(@On(Kind.MONGODB_5) MongoServer server) {
        shortSet(server);
    }

    @Test
    void allCommandsWorkOnALaterMongodb6(@On(Kind.MONGODB_6_LATE) MongoServer server) {
        shortSet(server);
    }

    @Test
    void mongodb5FinishesAnIndexBuildWhoseRunWasStopped(@On(Kind.MONGODB_5) MongoServer server) {
        IndexBuildTest.isStoppedAndJoined(server);
    }

    @Test
    void allCommandsWorkOnThreeMembers(@On(Kind.THREE_MEMBERS) MongoServer server) {
        shortSet(server);
    }

    @Test
    void aServerThatRequiresAuthentication(@On(Kind.AUTH) MongoServer server) {
        server.createUser("ada", "p@ss:w/rd%", "readWrite");
        var project = project(server)
                .environment("MONGO_URI", null)
                .environment("MONGO_HOST", "127.0.0.1")
                .environment("MONGO_PORT", String.valueOf(server.port()))
                .environment("MONGO_DATABASE", server.database())
                .environment("MONGO_USER", "ada")
                .environment("MONGO_PASSWORD", "p@ss:w/rd%")
                .environment("MONGO_AUTH_SOURCE", "admin")
                .with("1_one.java", marking("one"));
        project.run("execute").exits(0).neverSays("p@ss:w/rd%");
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void aServerThatRequiresAuthenticationByOptionsAlone(@On(Kind.AUTH) MongoServer server) {
        server.createUser("ada", "p@ss:w/rd%", "readWrite");
        var project = project(server)
                .environment("MONGO_URI", null)
                .environment("MONGO_PASSWORD", "not this one")
                .write("secret", "p@ss:w/rd%\n")
                .with("1_one.java", marking("one"));
        project.run(("execute --host 127.0.0.1 --port %d --database %s --user ada"
                                + " --password-file secret --auth-source admin")
                        .formatted(server.port(), server.database())
                        .split(" "))
                .exits(0)
                .neverSays("p@ss:w/rd%");
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void aServerWithTls(@On(Kind.TLS) MongoServer server) {
        var tls = TlsFiles.shared();
        var project = project(server)
                .environment("MONGO_URI", null)
                .environment("MONGO_PORT", String.valueOf(server.port()))
                .environment("MONGO_DATABASE", server.database())
                .environment("MONGO_TLS", "true")
                .environment("MONGO_TLS_CA_FILE", tls.authority().toString())
                .environment(
                        "MONGO_TLS_CERTIFICATE_KEY_FILE",
                        tls.certificateAndKey().toString())
                .with("1_one.java", marking("one"));
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
        project.environment("MONGO_TLS_CA_FILE", null).run("status").exits(6).complainsBriefly();
    }

    @Test
    void aServerWithTlsByOptionsAlone(@On(Kind.TLS) MongoServer server) {
        var tls = TlsFiles.shared();
        var project = project(server).environment("MONGO_URI", null).with("1_one.java", marking("one"));
        project.run(
                        "execute",
                        "--port=" + server.port(),
                        "--database=" + server.database(),
                        "--tls",
                        "--tls-ca-file=" + tls.authority(),
                        "--tls-certificate-key-file=" + tls.certificateAndKey())
                .exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    private static void shortSet(MongoServer server) {
        server.db().createCollection("done");
        for (int i = 0; i < 100; i++) {
            server.collection("users").insertOne(new Document("email", "A" + i));
        }
        var project = project(server)
                .with("1_one.java", marking("one"))
                .with("2_two.java", transactional("two"))
                .with("3_three.java", failing("three", "no"))
                .with(
                        "4_four.java",
                        up("migopy.Migration.backfill(\"users\").batch(10)"
                                + ".update(com.mongodb.client.model.Aggregates.set(new"
                                + " com.mongodb.client.model.Field<>(\"lower\", new"
                                + " Document(\"$toLower\", \"$email\")))).run();"));
        project.run("execute").exits(1);
        project.with("3_three.java", marking("three"));
        project.run("execute").exits(0);
        assertThat(server.collection("users").countDocuments(new Document("lower", "a7")))
                .isEqualTo(1);
        project.run("rollback", "--last", "2").exits(3); // 4_four has no down()
        project.run("rollback", "3", "2").exits(0);
        assertThat(project.states())
                .containsEntry("1_one", "applied")
                .containsEntry("2_two", "rolled_back")
                .containsEntry("3_three", "rolled_back")
                .containsEntry("4_four", "applied");
        project.run("status", "--check").exits(3); // out of order now
        project.run("execute", "--out-of-order").exits(0);
        project.lockIsFree();
    }
}

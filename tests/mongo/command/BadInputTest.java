package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Project.project;
import static support.Project.withoutServer;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Eventually;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;

/** Invalid input: each mistake is reported in two lines with the right exit code, before anything is done. */
@OnServer
class BadInputTest {
    @Test
    void aMissingDatabaseIsReported(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.environment("MONGO_URI", server.uri().replace("/" + server.database(), "/"));
        for (String command : List.of("status", "execute", "ignore", "history", "unlock")) {
            project.run(command).exits(2).complainsBriefly().says("MONGO_DATABASE");
        }
        project.run("status", "--database", server.database()).exits(0);
    }

    @Test
    void anUnreachableServerIsReportedWithin5Seconds() {
        var project = withoutServer()
                .environment("MONGO_HOST", "127.0.0.1")
                .environment("MONGO_PORT", "1")
                .environment("MONGO_DATABASE", "app")
                .with("1_one.java", marking("one"));
        for (String command : List.of("status", "execute")) {
            long start = System.nanoTime();
            project.run(command).exits(6).complainsBriefly().says("127.0.0.1:1");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(7));
        }
        Result json =
                project.run("status", "--connect-timeout", "300ms", "--json").exits(6);
        assertThat(json.error()).containsEntry("kind", "unreachable");
    }

    @Test
    void aServerThatStartsLaterIsAwaitedWithinTheConnectTimeout(MongoServer server) {
        var proxy = server.proxy();
        proxy.cut();
        var project = project(server).environment("MONGO_URI", server.uriThrough(proxy));
        var status = CompletableFuture.supplyAsync(() -> project.run("status", "--connect-timeout", "60s"));
        Eventually.until("it has tried", () -> proxy.connections() > 0);
        proxy.pass();
        status.join().exits(0);
    }

    @Test
    void aWrongPasswordExits6AndIsNotShown(@On(Kind.AUTH) MongoServer server) {
        server.createUser("ada", "right-one", "readWrite");
        var project = project(server).with("1_one.java", marking("one"));
        project.environment("MONGO_URI", server.uriAs("ada", "right-one"));
        project.run("execute").exits(0);
        project.environment("MONGO_URI", server.uriAs("ada", "wrong-one"));
        for (String command : List.of("status", "execute")) {
            project.run(command).exits(6).complainsBriefly().says("ada").neverSays("wrong-one");
        }
        project.environment("MONGO_URI", server.uri().replaceFirst("//[^@]*@", "//"));
        project.run("status").exits(6).complainsBriefly();
    }

    @ParameterizedTest
    @ValueSource(strings = {"exekute", "staus", "EXECUTE", "drop", "execute 1 --tp 2", "status --al"})
    void unknownCommandsAndOptionsAreRefusedWithTheNearestOne(String arguments, MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run(arguments.split(" ")).exits(2).complainsBriefly();
        assertThat(server.db().listCollectionNames()).isEmpty();
    }

    @Test
    void namesThatDoNotExistOrAreAmbiguousAreRefusedWithTheNearestOne(MongoServer server) {
        var project = project(server)
                .with("1_add_users.java", marking("users"))
                .with("10_add_orders.java", marking("orders"))
                .with("11_add_items.java", marking("items"));
        project.run("execute", "1_add_user_").exits(2).complainsBriefly().says("1_add_users");
        project.run("execute", "99").exits(2).complainsBriefly();
        project.run("execute", "1_ad", "nothing").exits(2);
        project.run("execute", "--to", "nothing").exits(2);
        project.run("ignore", "nothing").exits(2);
        project.run("rollback", "nothing").exits(2);
        project.with("12_add_items_too.java", marking("too"));
        project.run("execute", "12_add_items_tooo").exits(2);
        project.with("20_x.java", marking("x")).with("21_x.java", marking("x"));
        project.run("execute", "2").exits(2).says("20_x", "21_x");
        assertThat(project.marks()).isEmpty();
        assertThat(project.states()).isEmpty();
        project.run("execute", "1").exits(0); // an existing number is not a prefix
    }

    @Test
    void appliedAndIgnoredMigrationsAreNotExecutedAgainByName(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", marking("two"));
        project.run("execute", "1").exits(0);
        project.run("ignore", "2").exits(0);
        project.run("execute", "1").exits(2).complainsBriefly().says("1_one", "rollback");
        project.run("execute", "2").exits(2).complainsBriefly().says("2_two");
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void aMissingOrUnreadableDirectoryIsRefusedWithItsPath(MongoServer server) throws IOException {
        var project = project(server);
        Files.delete(project.migrations());
        for (String command : List.of("status", "execute", "validate")) {
            project.run(command)
                    .exits(2)
                    .complainsBriefly()
                    .says(project.migrations().toString());
        }
        Files.writeString(project.migrations(), "a file");
        project.run("status").exits(2).complainsBriefly();
        project.run("status", "--directory", "elsewhere").exits(2).says("elsewhere");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[0-9]+_[a-z]+\\.java",
                "(?<number>[0-9]+",
                "(?<nummer>[0-9]+)_.*\\.java",
                "",
            })
    void aPatternWithoutAGroupNumberIsRefused(String pattern, MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        Result typed = project.run("status", "--pattern", pattern).exits(2).complainsBriefly();
        typed.says("--pattern");
        project.environment("MIGRATIONS_FILE_PATTERN", pattern.isEmpty() ? "(" : pattern);
        project.run("status").exits(2).complainsBriefly().says("MIGRATIONS_FILE_PATTERN");
    }

    @Test
    void aCustomPatternIsUsed(MongoServer server) {
        var project = project(server)
                .environment("MIGRATIONS_FILE_PATTERN", "V(?<number>[0-9]+)__[A-Z]+\\.java")
                .with("V2__TWO.java", marking("two"))
                .with("V10__TEN.java", marking("ten"));
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("two", "ten");
        assertThat(project.states()).containsKeys("V2__TWO", "V10__TEN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--port 0",
                "--port 70000",
                "--port many",
                "--connect-timeout never",
                "--connect-timeout 0s",
                "--collection ",
                "--collection a$b",
                "--database a.b",
                "--uri http://localhost",
                "--uri mongodb://",
                "--tls-ca-file /no/such/file.pem",
                "--password-file /no/such/file",
            })
    void settingsThatCannotBeRightAreRefusedByName(String arguments, MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run(("status " + arguments).split(" ", -1))
                .exits(2)
                .complainsBriefly()
                .says(arguments.split(" ")[0]);
    }

    @Test
    void aHostTypedBesideAUriOfTheEnvironmentIsRefusedWithBothOrigins(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.run("status", "--host", "localhost").exits(2).says("--host", "MONGO_URI");
        project.run("status", "--port", "27017").exits(2).says("--port", "MONGO_URI");
        project.run("status", "--user", "ada").exits(2).says("--user", "MONGO_URI");
    }

    @Test
    void passwordPromptsAndIsRefusedWithoutATerminal(MongoServer server) {
        var project = project(server).with("1_one.java", marking("one")).inChild();
        project.run("status", "--password").exits(2).complainsBriefly();
    }

    @Test
    void problemsOfFileNamesAreRefusedBeforeConnecting() {
        var project = withoutServer()
                .environment("MONGO_URI", "mongodb://127.0.0.1:1/app")
                .with("7_one.java", marking("one"))
                .with("007_two.java", marking("two"))
                .with("9223372036854775808_three.java", marking("three"));
        assertThat(project.run("execute", "--json").exits(3).problemKinds())
                .containsExactlyInAnyOrder("duplicate_number", "invalid_name");
    }

    @Test
    void aFileThatIsDeletedAfterCompilationDoesNoHarm(MongoServer server) {
        // The first migration deletes the file of the second one. All were compiled before that.
        Project project = project(server);
        String delete = "try { java.nio.file.Files.delete(java.nio.file.Path.of(\"%s\")); }"
                        .formatted(project.migrations().resolve("2_two.java"))
                + " catch (java.io.IOException e) { throw new"
                + " java.io.UncheckedIOException(e); }";
        project.with("1_one.java", up(delete)).with("2_two.java", marking("two"));
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("two");
        assertThat(project.journal("2_two")).containsEntry("source", marking("two"));
    }

    @Test
    void aFileThatIsDeletedBeforeItIsReadIsNamedAndNothingRuns(MongoServer server) {
        server.collection("migrations_lock").insertOne(Locks.heldFor(server, 60));
        var project = project(server).with("1_one.java", marking("one")).with("2_two.java", marking("two"));
        var run = project.start("execute", "--wait", "1m").untilSays("Waiting until");
        project.without("2_two.java").run("unlock", "--owner", "owner-1").exits(0);
        run.exits(3).complainsBriefly().says("2_two.java no longer exists", "Run the command again");
        assertThat(project.states()).isEmpty();
        project.run("execute").exits(0);
        assertThat(project.marks()).containsExactly("one");
    }

    @Test
    void filesWrittenDuringTheWaitForTheLockAreTheOnesThatRun(MongoServer server) {
        var project = project(server).with("1_one.java", marking("first"));
        project.run("execute").exits(0);
        project.run("rollback", "1").exits(0);
        server.collection("migrations_lock").drop();
        server.collection("migrations_lock").insertOne(Locks.heldFor(server, 60));
        var run = project.start("execute", "--wait", "1m").untilSays("Waiting until");
        project.with("1_one.java", marking("later"))
                .run("unlock", "--owner", "owner-1")
                .exits(0);
        run.exits(0);
        assertThat(project.marks()).containsExactly("later");
        assertThat(project.journal("1_one")).containsEntry("source", marking("later"));
    }

    @Test
    void aFolderNamedLikeAFileAndALinkToTheOutsideAreRefused(MongoServer server) throws IOException {
        var project = project(server);
        Files.createDirectory(project.migrations().resolve("1_one.java"));
        project.run("execute").exits(3).complainsBriefly().says("1_one.java");
        Files.delete(project.migrations().resolve("1_one.java"));
        project.write("outside.java", marking("outside"));
        Files.createSymbolicLink(
                project.migrations().resolve("1_one.java"), project.folder().resolve("outside.java"));
        project.run("execute").exits(3).complainsBriefly().says("1_one.java");
        assertThat(project.marks()).isEmpty();
    }
}

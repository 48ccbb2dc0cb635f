package golden;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Project.project;

import golden.Manual.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;
import support.Scratch;

/** The examples of docs/dump-restore.md. */
@OnServer
class ReadmeDumpTest {
    /** Writes its arguments and its configuration into the folder $CALLS. */
    private static final String MONGODUMP = """
        #!/bin/sh
        echo "$@" >"$CALLS/arguments"
        for word; do
            case $word in
            --config=*)
                cat "${word#--config=}" >"$CALLS/config"
                ls -l "${word#--config=}" >"$CALLS/mode"
                ;;
            --out=*) mkdir -p "${word#--out=}" ;;
            esac
        done
        """;

    private final Manual manual = Manual.read();

    @Test
    void aDumpIsCreatedAndRestoredAsShown(MongoServer server) {
        Project project = project(server).environment("MIGOPY_COMMAND", "./migopy");
        server.collection("users").insertOne(new Document("_id", 1).append("name", "Ada"));
        List<Shown> shown = manual.one("dump").commands();

        Result dumped = answers(project, shown.get(0), shown.get(0).arguments());

        String folder = dumped.out().strip().replaceAll("(?s).* ", "");
        String[] arguments = shown.get(1).arguments().clone();
        assertThat(arguments[1]).contains("mongodumps/");
        arguments[1] = folder;
        answers(project, shown.get(1), arguments);
    }

    private static Result answers(Project project, Shown shown, String... arguments) {
        Result result = project.run(arguments).exits(0);
        assertThat(Manual.withoutTimes(result.out())).isEqualTo(Manual.withoutTimes(shown.answer()));
        return result;
    }

    @Test
    void aCustomMongodumpGetsThePasswordInAPrivateFile(@On(Kind.AUTH) MongoServer server) throws IOException {
        server.createUser("dumper", "s3cret", "readWrite");
        Path tools = Scratch.folder("tools");
        Path calls = Scratch.folder("calls");
        Path mongodump = Files.writeString(tools.resolve("mongodump"), MONGODUMP);
        Files.setPosixFilePermissions(mongodump, PosixFilePermissions.fromString("rwx------"));
        Project project = project(server)
                .inChild()
                .environment("MONGO_URI", server.uriAs("dumper", "s3cret"))
                .environment("PATH", tools + ":" + System.getenv("PATH"))
                .environment("CALLS", calls.toString())
                .entry(manual.one("member").text());

        Document answer = project.run("dbdump", "--json").exits(0).json();

        List<String> arguments = Arrays.asList(
                Files.readString(calls.resolve("arguments")).strip().split(" "));
        assertThat(arguments)
                .contains("--db=" + server.database(), "--out=" + answer.getString("folder"))
                .noneMatch(argument -> argument.contains("s3cret"));
        assertThat(Files.readString(calls.resolve("config"))).matches("uri: \"mongodb://dumper:s3cret@.*\"\n");
        assertThat(Files.readString(calls.resolve("mode"))).startsWith("-rw-------");
        Path config = Path.of(arguments.get(0).substring("--config=".length()));
        assertThat(config).doesNotExist();
    }
}

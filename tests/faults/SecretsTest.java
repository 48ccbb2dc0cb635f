package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Project.project;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Kind;
import support.MongoServer;
import support.On;
import support.OnServer;
import support.Project;
import support.Result;

/** A password, wherever it comes from, is in no output, journal or list of processes. */
@OnServer
class SecretsTest {
    private static final String PASSWORD = "p@s:s/w%rd$\"' 7x";
    private static final String ENCODED =
            URLEncoder.encode(PASSWORD, StandardCharsets.UTF_8).replace("+", "%20");

    /** Prints it in two halves, then throws it. */
    private static final String TELLTALE =
            up("String p = System.getenv(\"SECRET\"); System.out.print(p.substring(0, 5));"
                    + " System.out.flush(); System.out.println(p.substring(5));"
                    + " System.err.println(\"err \" + p); support.Signals.send(\"in-up\");"
                    + " support.Signals.await(\"go\");"
                    + " throw new IllegalStateException(\"cannot log in with \" + p);");

    @ParameterizedTest
    @ValueSource(strings = {"uri", "environment", "file", "field"})
    void aPasswordIsNeverShown(String from, @On(Kind.AUTH) MongoServer server) throws IOException {
        server.createUser("keeper", PASSWORD, "readWrite");
        var project = project(server).with("1_one.java", TELLTALE);
        project.environment("SECRET", PASSWORD);
        given(project, from, "keeper", PASSWORD);

        var run = project.start("execute", "--verbose").untilInUp();
        String process = ProcessHandle.of(run.pid())
                .flatMap(one -> one.info().commandLine())
                .orElse("");
        project.signal("go");

        hidden(run.exits(1).says("cannot log in with ****"));
        assertThat(process).isNotEmpty().doesNotContain(PASSWORD, ENCODED);
        for (Document entry : server.collection("migrations").find()) {
            assertThat(entry.toString()).doesNotContain(PASSWORD, ENCODED).contains("****");
        }
        hidden(project.run("status", "--verbose"));
        hidden(project.run("history", "--json"));
        hidden(project.run("dbdump").exits(0));
        try (var files = Files.walk(project.folder().resolve("mongodumps"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertThat(text).as(file.toString()).doesNotContain(PASSWORD, ENCODED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"uri", "environment", "file"})
    void aWrongPasswordIsNotShownEither(String from, @On(Kind.AUTH) MongoServer server) {
        server.createUser("keeper", "another", "readWrite");
        var project = project(server).with("1_one.java", marking("one"));
        given(project, from, "keeper", PASSWORD);
        for (List<String> command :
                List.of(List.of("status"), List.of("execute", "--verbose"), List.of("status", "--json"))) {
            hidden(project.run(command.toArray(String[]::new)).exits(6));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mongodb://u:%s@127.0.0.1:1/app",
                "mongodb://u:%s@@127.0.0.1/app",
                "mongo://u:%s@127.0.0.1/app",
                "mongodb://u:%s@127.0.0.1:port/app?x",
                "mongodb://u:%s"
            })
    void aUriThatCannotBeReadIsNotRepeated(String uri, MongoServer server) {
        var project = project(server).with("1_one.java", marking("one"));
        project.environment("MONGO_URI", uri.formatted(PASSWORD)).environment("MONGO_CONNECT_TIMEOUT", "1s");
        Result result = project.run("status", "--verbose");
        assertThat(result.exitCode()).isIn(2, 6);
        assertThat(result.out() + result.err()).doesNotContain(PASSWORD, "w%rd");
    }

    private static void given(Project project, String from, String user, String password) {
        MongoServer server = project.server();
        if (from.equals("uri")) {
            String encoded = URLEncoder.encode(password, StandardCharsets.UTF_8);
            project.environment("MONGO_URI", server.uriAs(user, encoded.replace("+", "%20")));
            return;
        }
        project.environment("MONGO_URI", null)
                .environment("MONGO_HOST", "127.0.0.1")
                .environment("MONGO_PORT", String.valueOf(server.port()))
                .environment("MONGO_DATABASE", server.database())
                .environment("MONGO_USER", user)
                .environment("MONGO_AUTH_SOURCE", "admin");
        switch (from) {
            case "environment" -> project.environment("MONGO_PASSWORD", password);
            case "file" -> {
                project.write("password", password + "\n");
                project.environment("MONGO_PASSWORD_FILE", project.folder() + "/password");
            }
            default -> {
                String literal = password.replace("\\", "\\\\").replace("\"", "\\\"");
                project.entry("{ mongoPassword = \"" + literal + "\"; }");
            }
        }
    }

    private static void hidden(Result result) {
        assertThat(result.out() + result.err())
                .as(result.command())
                .doesNotContain(PASSWORD, ENCODED, PASSWORD.replace("\"", "\\\""));
    }
}

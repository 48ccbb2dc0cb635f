package golden;

import static golden.ReadmeTest.compiled;
import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.failing;
import static support.Migrations.marking;
import static support.Project.project;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.MongoServer;
import support.OnServer;

/** The examples of docs/customizing.md that ReadmeTest does not run. */
@OnServer
class CustomizingPageTest {
    private final String example = Manual.read().one("notify").text();

    @Test
    void theNotificationCompiles() throws IOException {
        int member = example.indexOf("@Override");
        compiled(
                Map.of(
                        "migopy.java",
                        example.substring(0, member) + "public class migopy extends MigrationsManager {\n"
                                + example.substring(member) + "}\n"),
                System.getProperty("java.class.path"));
    }

    @Test
    void theNotificationIsPosted(MongoServer server) throws IOException {
        List<String> received = new CopyOnWriteArrayList<>();
        HttpServer slack = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        slack.createContext("/hook", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        slack.start();
        try {
            String url = "http://127.0.0.1:" + slack.getAddress().getPort();
            var project = project(server)
                    .entry(example.replaceAll("(?m)^import .*\n", ""))
                    .environment("SLACK_WEBHOOK_URL", url + "/hook")
                    .with("1_one.java", marking("one"))
                    .with("2_two.java", failing("two", "\"no\" plans"));
            project.run("execute").exits(1);
            String text = Document.parse(received.get(0)).getString("text");
            assertThat(text.replaceAll("\\d+ ms", "N ms").replace(server.database(), "app"))
                    .isEqualTo("execute on app: exit code 1\n"
                            + "applied 1_one, N ms\nfailed 2_two, N ms\n2_two: \"no\" plans");
            project.environment("SLACK_WEBHOOK_URL", url + "/gone")
                    .run("rollback", "1")
                    .exits(0)
                    .says("Slack was not notified: HTTP 404");
            project.environment("SLACK_WEBHOOK_URL", null).run("execute", "1").exits(0);
            assertThat(received).hasSize(1);
        } finally {
            slack.stop(0);
        }
    }
}

package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static support.Migrations.source;
import static support.Migrations.up;
import static support.Migrations.upAndDown;
import static support.Project.project;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import support.Chromium;
import support.Chromium.Frame;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Scratch;

/** The reports of a rehearsal, as they are read: the page in a browser, the comment on a pull request. */
@OnServer
class ReportPageTest {
    private static final String LONG = "a_collection_whose_name_is_much_longer_than_a_narrow_screen_is_wide";

    /** Returns what is wrong with a page in a window. */
    private static final String PROBE = """
        window => {
            const document = window.document, wrong = [];
            const style = element => window.getComputedStyle(element);
            const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
            const luminance = colour => {
                const [r, g, b] = rgb(colour).map(c => c / 255)
                    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const background = element => {
                const own = style(element).backgroundColor;
                return rgb(own)[3] === 0 ? background(element.parentElement) : own;
            };
            const contrast = (one, other) => {
                const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
                return (light + 0.05) / (dark + 0.05);
            };
            const isHidden = element => element.closest("thead") && style(element.closest("thead")).position === "absolute";
            if (document.documentElement.scrollWidth > window.innerWidth) {
                wrong.push("the page is wider than its window");
            }
            for (const element of document.body.querySelectorAll("*")) {
                const box = element.getBoundingClientRect();
                const shown = element.tagName + " " + element.textContent.slice(0, 60);
                if (isHidden(element)) continue;
                if (box.right > window.innerWidth + 0.5 || box.left < 0) wrong.push("beyond the edge: " + shown);
                if (style(element).display !== "inline" && element.scrollWidth > element.clientWidth + 1) {
                    wrong.push("clipped: " + shown);
                }
                if (element.matches(".bar span") && contrast(style(element).backgroundColor, background(element.parentElement)) < 3) {
                    wrong.push("hardly visible: " + element.className);
                }
            }
            const walker = document.createTreeWalker(document.body, 4);
            let texts = 0;
            while (walker.nextNode()) {
                const parent = walker.currentNode.parentElement;
                if (!walker.currentNode.data.trim() || isHidden(parent)) continue;
                texts++;
                const ratio = contrast(style(parent).color, background(parent));
                if (ratio < 4.5) wrong.push("contrast " + ratio.toFixed(1) + ": " + walker.currentNode.data.slice(0, 60));
                if (parseFloat(style(parent).fontSize) < 11) wrong.push("too small: " + walker.currentNode.data.slice(0, 60));
            }
            const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
            return { wrong: [...new Set(wrong)], texts, width: window.innerWidth, dark, back: style(document.body).backgroundColor };
        }
        """;

    private static Path three;
    private static Path thirty;

    private static Path reported(Project project) throws IOException {
        Path folder = Scratch.folder("report");
        project.run("rehearse", "--here", "--report", folder.toString()).exits(7);
        return folder;
    }

    /** What a report can show, and long words everywhere. */
    private static Path threeMigrations(MongoServer server) throws IOException {
        List<Document> users = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            users.add(new Document("_id", i)
                    .append("name", i % 10 == 0 ? "Cher" : "Ada Lovelace")
                    .append("plan", "free"));
        }
        server.collection("users").insertMany(users);
        server.collection(LONG).insertOne(new Document("_id", 1));
        server.collection(LONG).createIndex(new Document("email", 1));
        return reported(project(server)
                .with(
                        "1_split_names.java",
                        upAndDown(
                                """
                                var users = db().getCollection("users");
                                users.updateMany(new Document("plan", "free"), new Document("$rename", new Document("plan", "price")));
                                for (Document user : users.find(new Document("name", new Document("$exists", true)))) {
                                    String[] words = user.getString("name").split(" ", 2);
                                    users.updateOne(new Document("_id", user.get("_id")), new Document("$set",
                                        new Document("first", words[0]).append("last", words.length < 2 ? null : words[1])));
                                }
                                users.insertOne(new Document("_id", "new"));
                                users.deleteOne(new Document("_id", 1));
                                """,
                                "db().getCollection(\"users\").updateMany(new Document(), new Document(\"$rename\","
                                        + " new Document(\"first\", \"name\")));"))
                .with("2_%s.java".formatted(LONG), up("""
                    db().createCollection("plans");
                    db().getCollection("users").createIndex(new Document("first", 1).append("last", -1));
                    db().runCommand(new Document("collMod", "users").append("validator", new Document("$jsonSchema",
                        new Document("required", java.util.List.of("first", "LONG")).append("bsonType", "object"))));
                    db().getCollection("LONG").drop();
                    """.replace("LONG", LONG)))
                .with("3_fails.java", source("""
                    static void up() {
                        db().getCollection("users").updateOne(new Document("_id", 2),
                            new Document("$set", new Document("LONG", 1)));
                        throw new IllegalStateException("no LONG", new java.io.IOException("because of LONG"));
                    }
                    """.replace("LONG", LONG))));
    }

    /** Thirty migrations, each of which changes 300 fields. */
    private static Path thirtyMigrations(MongoServer server) throws IOException {
        server.collection("users").insertOne(new Document("_id", 1));
        Project project = project(server);
        for (int i = 1; i <= 30; i++) {
            project.with(
                    i + "_fields.java",
                    upAndDown(
                            "Document all = new Document(); for (int i = 0; i < 300; i++) { all.append(\"field_%d_\" + i, i); }"
                                            .formatted(i)
                                    + "db().getCollection(\"users\").updateOne(new Document(\"_id\", 1), new"
                                    + " Document(\"$set\", all));",
                            ""));
        }
        return reported(project);
    }

    @BeforeAll
    static void rehearse(MongoServer server, MongoServer other) throws IOException {
        assumeTrue(!"no".equals(System.getenv("MIGOPY_TEST_REPORTS")), "the reports do not depend on the JDK");
        three = threeMigrations(server);
        thirty = thirtyMigrations(other);
    }

    @Test
    void thePageIsReadableOnEveryScreen() throws Exception {
        Optional<Chromium> chromium = Chromium.find();
        assumeTrue(chromium.isPresent(), "Chromium is not installed");
        List<Frame> frames = new ArrayList<>();
        for (Path report : List.of(three, thirty)) {
            String page = Files.readString(report.resolve("report.html"));
            for (int width : List.of(320, 1280)) {
                frames.add(new Frame(page, width, false));
                frames.add(new Frame(page, width, true));
            }
        }
        String bad =
                frames.get(0).html().replace("</style>", "pre { white-space: pre; } .dim { color: #999999; } </style>");
        frames.add(new Frame(bad, 320, false));
        List<Document> measured = chromium.get().measure(frames, PROBE);
        assertThat(measured.get(frames.size() - 1).getList("wrong", String.class))
                .anyMatch(wrong -> wrong.startsWith("clipped: "))
                .anyMatch(wrong -> wrong.startsWith("contrast 2."));
        for (int i = 0; i < frames.size() - 1; i++) {
            Document one = measured.get(i);
            assertThat(one.getList("wrong", String.class))
                    .as(frames.get(i).toString())
                    .isEmpty();
            assertThat(one.getInteger("width")).isEqualTo(frames.get(i).width());
            assertThat(one.getBoolean("dark")).isEqualTo(frames.get(i).dark());
            assertThat(one.getInteger("texts")).isGreaterThan(50);
        }
        assertThat(measured).extracting("back").containsOnly("rgb(255, 255, 255)", "rgb(13, 17, 23)");
    }

    @Test
    void thePageShowsChangesAsPicturesWithTexts() throws IOException {
        assertThat(three.resolve("report.html"))
                .content()
                .contains("role=\"img\" aria-label=\"1 inserted, 1 deleted, 59 changed\"")
                .contains("<td>plan</td>\n<td>renamed to price</td>\n<td class=\"number\">59</td>")
                .contains("line 16: 1 document of users now by IXSCAN _id_")
                .contains("<td>none \u2192 null</td>")
                .contains(
                        "<span class=\"minus\">- collection " + LONG,
                        "<span class=\"plus\">+ index first_1_last_-1 of users")
                .contains("users.updateOne(new Document(&quot;_id&quot;, user.get(&quot;_id&quot;)), new"
                        + " Document(&quot;$set&quot;,\n")
                .contains("caused by: IOException", "3_fails.java:", "<pre class=\"plus\">backfill(&quot;users&quot;)")
                .doesNotContain("<script", "<link", "src=", "@import", "url(", "Lovelace");
    }

    @Test
    void aReportOfThirtyMigrationsIsCutAndSaysSo() throws IOException {
        String page = Files.readString(thirty.resolve("report.html"));
        assertThat(page.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(500_000);
        assertThat(page).contains("30_fields", "field_30_0", "250 more fields are in report.json.");
    }

    @Test
    void aCommentOfThirtyMigrationsNamesAllAndIsCutBetweenLines() throws IOException {
        String comment = Files.readString(thirty.resolve("report.md"));
        assertThat(comment)
                .startsWith("<!-- migopy-rehearsal -->\n")
                .hasSizeLessThan(60_000)
                .contains("| 30\\_fields | finding |", "### 30\\_fields\n", "280 more fields are in report.json.");
        assertThat(comment.lines()).allMatch(line -> line.isEmpty() || line.matches("([-#|<A-Z0-9]|  ).*"));
    }

    @Test
    void aCommentShowsFindingsWithWhatToWriteInstead() throws IOException {
        assertThat(three.resolve("report.md"))
                .content()
                .contains("- warning M105, line 12: updateOne(...) is called once")
                .contains("\n  ```java\n  backfill(\"users\").where(...)")
                .contains("\n- users: 1 inserted, 1 deleted, 59 changed\n  - plan: renamed to price in 59\n")
                .contains("state before\n"
                        + "  - users: 1 inserted, 1 deleted, 59 changed\n"
                        + "    - plan: renamed to price in 59\n")
                .contains("  - last: none \u2192 null in 6\n")
                .contains("\n- collection " + LONG.replace("_", "\\_") + ": dropped\n");
    }
}

package support;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bson.Document;

/** Pages in a headless Chromium, at any width: each is in a frame of its own. */
public final class Chromium {
    private static final int LIMIT_SECONDS = 60;
    private static final String RESULT = "<pre id=\"result\">";

    private final Path program;

    /**
     * How a page is shown.
     *
     * @param html the page
     * @param width in pixels
     */
    public record Frame(String html, int width, boolean dark) {
        @Override
        public String toString() {
            return "%d px, %s".formatted(width, dark ? "dark" : "light");
        }
    }

    private Chromium(Path program) {
        this.program = program;
    }

    /** Returns the one on the PATH. */
    public static Optional<Chromium> find() {
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            for (String name : List.of("chromium", "chromium-browser", "google-chrome")) {
                if (Files.isExecutable(Path.of(folder, name))) {
                    return Optional.of(new Chromium(Path.of(folder, name)));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Measures pages.
     *
     * @param probe a JavaScript function of a frame's window that returns an object
     * @return what it returned for each of the frames
     */
    public List<Document> measure(List<Frame> frames, String probe) throws IOException, InterruptedException {
        Path folder = Scratch.folder("chromium");
        Path page = Files.writeString(folder.resolve("frames.html"), page(frames, probe));
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--dump-dom",
                        page.toUri().toString())
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new IllegalStateException("Chromium took more than " + LIMIT_SECONDS + " s");
        }
        String dom = Files.readString(out);
        int at = dom.indexOf(RESULT);
        if (at < 0) {
            throw new IllegalStateException("Chromium measured nothing: " + Files.readString(folder.resolve("err")));
        }
        String json = dom.substring(at + RESULT.length(), dom.indexOf("</pre>", at));
        return Document.parse(json.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
                .getList("frames", Document.class);
    }

    private static String page(List<Frame> frames, String probe) {
        List<String> elements = new ArrayList<>();
        for (Frame frame : frames) {
            elements.add("<iframe style=\"border:0;width:%dpx;height:900px;color-scheme:%s\" srcdoc=\"%s\"></iframe>"
                    .formatted(
                            frame.width(),
                            frame.dark() ? "dark" : "light",
                            frame.html().replace("&", "&amp;").replace("\"", "&quot;")));
        }
        return """
            <!doctype html>
            <meta charset="utf-8">
            <body>%s
            <script>
            onload = () => {
                const probe = %s;
                const result = document.createElement("pre");
                result.id = "result";
                result.textContent = JSON.stringify({
                    frames: Array.from(document.querySelectorAll("iframe"), frame => probe(frame.contentWindow))
                });
                document.body.append(result);
            };
            </script>
            """.formatted(String.join("\n", elements), probe);
    }
}

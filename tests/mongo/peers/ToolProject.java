package mongo.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import javax.tools.ToolProvider;
import support.MongoServer;
import support.Result;
import support.Scratch;

/**
 * A project of another tool in a folder of its own, on a test's database.
 *
 * @param command the start of each of the tool's command lines
 */
record ToolProject(Path folder, Map<String, String> environment, List<String> command) {
    /** Creates an empty project. */
    static ToolProject of(Map<String, String> environment, String... command) {
        return new ToolProject(Scratch.folder("tool"), environment, List.of(command));
    }

    /** Creates a project whose commands are calls of a main class with the jars of a tool and these sources. */
    static ToolProject ofClass(Tool tool, String mainClass, Map<String, String> sources) {
        Path folder = Scratch.folder("tool");
        Path classes = folder.resolve("classes");
        String jars = tool.classPath();
        if (!sources.isEmpty()) {
            compile(sources, classes, jars);
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ToolProject(
                folder,
                Map.of(),
                List.of(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classes + ":" + jars, mainClass));
    }

    private static void compile(Map<String, String> sources, Path classes, String jars) {
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-cp", jars, "-d", classes.toString()));
        Path folder = Scratch.folder("sources");
        sources.forEach((file, text) ->
                arguments.add(written(folder.resolve(file), text).toString()));
        var messages = new ByteArrayOutputStream();
        int failed =
                ToolProvider.getSystemJavaCompiler().run(null, messages, messages, arguments.toArray(String[]::new));
        assertThat(failed).as(messages.toString(StandardCharsets.UTF_8)).isZero();
    }

    private static Path written(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes or overwrites a file. */
    ToolProject with(String file, String text) {
        written(folder.resolve(file), text);
        return this;
    }

    /** Deletes a file. */
    ToolProject without(String file) {
        assertThat(folder.resolve(file).toFile().delete()).isTrue();
        return this;
    }

    /** Runs the tool to its end. */
    Result run(String... arguments) {
        return Processes.run(folder, environment, commandLine(arguments));
    }

    /** Starts the tool and kills it with SIGKILL once the fact holds. */
    void killOnce(String what, BooleanSupplier fact, String... arguments) {
        Processes.killOnce(what, fact, folder, environment, commandLine(arguments));
    }

    private List<String> commandLine(String... arguments) {
        List<String> line = new ArrayList<>(command);
        line.addAll(List.of(arguments));
        return line;
    }

    /** Returns whether the collection has a document with {@code n}. */
    static boolean did(MongoServer server, int n) {
        return server.collection("theirs").countDocuments(new org.bson.Document("n", n)) > 0;
    }
}

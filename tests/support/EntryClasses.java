package support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Compiles a project's migopy.java and its helpers, each distinct set of texts once per run. */
final class EntryClasses {
    private EntryClasses() {}

    /**
     * Returns the folder with the classes.
     *
     * @param sources the texts by file name
     */
    static Path compiled(Map<String, String> sources) {
        Map<String, String> sorted = new TreeMap<>(sources);
        Path folder = Scratch.root().resolve("entry-" + Integer.toHexString(sorted.hashCode()));
        if (Files.isDirectory(folder)) {
            return folder;
        }
        try {
            Path work = Scratch.folder("compiling");
            List<String> arguments = new ArrayList<>(List.of("-encoding", "UTF-8", "-proc:none", "-g", "-parameters"));
            arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
            arguments.addAll(List.of("-d", work.resolve("classes").toString()));
            for (Map.Entry<String, String> source : sorted.entrySet()) {
                Path file = work.resolve(source.getKey());
                Files.createDirectories(file.getParent());
                arguments.add(Files.writeString(file, source.getValue()).toString());
            }
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            if (compiler.run(null, null, null, arguments.toArray(String[]::new)) != 0) {
                throw new AssertionError("The test's own migopy.java does not compile: " + sorted);
            }
            return Files.move(work.resolve("classes"), folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

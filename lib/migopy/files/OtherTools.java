package migopy.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Recognizes other migration tools by their configuration. */
public final class OtherTools {
    /** The files that name a tool, by their names or in their texts. */
    private static final List<String> FILES = List.of(
            "migrate-mongo-config.js",
            "migrate-mongo-config.cjs",
            "migrate-mongo-config.mjs",
            "migrate-mongo-config.ts",
            "package.json",
            "flyway.toml",
            "flyway.conf",
            "conf/flyway.conf",
            "liquibase.properties",
            "application.yml",
            "application.yaml",
            "application.properties",
            "src/main/resources/application.yml",
            "src/main/resources/application.yaml",
            "src/main/resources/application.properties",
            "pom.xml",
            "build.gradle",
            "build.gradle.kts",
            "go.mod",
            "migopy.py",
            "pyproject.toml",
            "requirements.txt");

    /** What names a tool, in the name of one of these files, or in its text. */
    private static final Map<String, Pattern> TOOLS = Map.of(
            "migrate-mongo", Pattern.compile("migrate-mongo-config|\"migrate-mongo\""),
            "mongo-migrate-ts", Pattern.compile("\"mongo-migrate-ts\""),
            "ts-migrate-mongoose", Pattern.compile("\"ts-migrate-mongoose\""),
            "Mongock", Pattern.compile("mongock"),
            "Flamingock", Pattern.compile("flamingock"),
            "Flyway", Pattern.compile("flyway\\.(toml|conf)|flyway-(database-)?mongodb"),
            "Liquibase", Pattern.compile("liquibase\\.properties|liquibase-mongodb"),
            "golang-migrate", Pattern.compile("golang-migrate"),
            "pymongo-migrate", Pattern.compile("pymongo-migrate"),
            "the Python Migopy", Pattern.compile("migopy\\.py"));

    /** No configuration comes near this size, in bytes. */
    private static final int SIZE_LIMIT = 1 << 20;

    private OtherTools() {}

    /** Returns the tools that a folder is configured for, each with the file that says so. */
    public static Map<String, String> in(Path folder) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String name : FILES) {
            Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)) {
                continue;
            }
            String text = name + "\n" + start(file);
            for (Map.Entry<String, Pattern> tool : TOOLS.entrySet()) {
                if (tool.getValue().matcher(text).find()) {
                    found.putIfAbsent(tool.getKey(), name);
                }
            }
        }
        return found;
    }

    private static String start(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(SIZE_LIMIT), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return ""; // its name may be enough
        }
    }
}

package mongo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Project.withoutServer;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import support.LanguageServer;

/** {@code edit}: an editor that uses Eclipse's language server, as Visual Studio Code does. */
class EditorTest {
    @Test
    void inTheFolderOfEditAnEditorCompletesAMigration() throws Exception {
        var project = withoutServer().with("1_other.java", marking("other").replace("Step", "AddUsers"));
        project.run("create", "add users").exits(0);
        var answer = project.run("edit", "--json").exits(0).json();
        Path folder = project.folder().resolve(answer.getString("folder"));
        Path file = project.folder().resolve(answer.getString("file"));
        try (var server = LanguageServer.start(folder)) {
            String text = Files.readString(file).replaceFirst("// db", "db().getColl; // db");
            assertThat(server.completions(file, text, "db().getColl"))
                    .anyMatch(label -> label.startsWith("getCollection("));
            assertThat(server.problems(file)).noneMatch(message -> message.contains("already defined"));
        }
    }
}

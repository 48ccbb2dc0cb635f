package migopy.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.MigopyException;
import migopy.console.Answer;
import migopy.console.Words;
import migopy.files.IdeFolder;
import migopy.files.MigrationDirectory;
import migopy.files.MigrationDirectory.Listing;
import migopy.files.MigrationFile;
import migopy.plan.NameResolver;
import migopy.plan.Overview;
import migopy.settings.Settings;
import org.bson.Document;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edit [NAME]}. */
@Command(
        name = "edit",
        description = "Opens a migration, by default the newest, in your editor, in a folder in which it completes.")
public final class Edit implements Action {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "the migration")
    private String name;

    @Option(names = "--no-open", description = "only make the folder, and print its path")
    private boolean unopened;

    @Override
    public int run(Session session) throws Exception {
        Settings settings = session.settings();
        Map<String, String> environment = session.project().environment();
        Editor editor = unopened || session.json() ? null : Editor.find(environment);
        Listing listing =
                new MigrationDirectory(settings.migrationsDirectory(), settings.migrationsFilePattern()).scan();
        MigrationFile wanted = wanted(listing);
        var ide = new IdeFolder(settings.home(), settings.cacheDirectory(), environment, session.console()::notice);
        Path link = ide.write(listing.files(), wanted);
        if (editor != null) {
            editor.open(ide.path(), link);
        }
        session.console()
                .answer(new EditAnswer(
                        wanted.name(),
                        settings.shown(ide.path()),
                        settings.shown(link),
                        editor == null ? null : editor.name()));
        return 0;
    }

    private MigrationFile wanted(Listing listing) {
        List<MigrationFile> files = listing.files();
        if (files.isEmpty()) {
            throw MigopyException.usage("There is no migration to edit", "Create one: {migopy} create add users");
        }
        return name == null
                ? files.get(files.size() - 1)
                : NameResolver.resolve(
                                name,
                                Overview.of(listing, Map.of(), List.of(), Set.of(), true, Map.of())
                                        .migrations())
                        .file();
    }

    /**
     * The result of {@code edit}.
     *
     * @param name the migration, without {@code .java}
     * @param folder the folder for editors, relative to the project if it is in it
     * @param file the link to edit, likewise
     * @param editor the editor that was opened, or null
     */
    public record EditAnswer(String name, String folder, String file, String editor) implements Answer {
        @Override
        public void words(Words out) {
            out.line(editor == null ? folder : "Opened %s in %s".formatted(file, editor));
        }

        @Override
        public Document json() {
            return new Document("name", name).append("folder", folder).append("file", file);
        }
    }
}

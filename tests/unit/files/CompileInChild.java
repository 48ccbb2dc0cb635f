package unit.files;

import migopy.files.Compilation;
import migopy.files.MigrationDirectory;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** Compiles a sandbox's migrations in a JVM of its own. */
final class CompileInChild {
    private CompileInChild() {}

    public static void main(String... args) {
        Path home = Path.of(args[0]);
        var listing =
                new MigrationDirectory(
                                home.resolve("mongomigrations"),
                                Pattern.compile("(?<number>[0-9]+)_.*"))
                        .scan();
        Compilation compilation =
                SourceCompiler.compileOnce(
                        home,
                        home.resolve(".migopy"),
                        Map.of(),
                        MigrationSource.readAll(listing.files()).sources());
        System.exit(compilation.problems().isEmpty() ? 0 : 1);
    }
}

package unit.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import migopy.Problem;
import migopy.files.CompiledMigration;
import migopy.files.MigrationDirectory;
import migopy.files.MigrationDirectory.Listing;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.files.SourceCompiler.Compilation;
import support.Scratch;

/** A project's folder without a database: migrations and a cache. */
final class Sandbox {
    static final Pattern PATTERN = Pattern.compile("(?<number>[0-9]+)_[a-z0-9_]+\\.java");

    final Path home;
    final Path migrations;
    final Path cache;

    Sandbox() {
        this(Scratch.folder("sandbox"));
    }

    /**
     * @param home a folder that exists, of any file system
     */
    Sandbox(Path home) {
        this.home = home;
        this.migrations = home.resolve("mongomigrations");
        this.cache = home.resolve(".migopy");
        try {
            Files.createDirectory(migrations);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Sandbox with(String fileName, String text) {
        return with(fileName, text.getBytes(StandardCharsets.UTF_8));
    }

    Sandbox with(String fileName, byte[] bytes) {
        try {
            Files.write(migrations.resolve(fileName), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Sets the last modification of a file to long ago; its ctime cannot be set. */
    void age(String fileName) {
        try {
            Files.setLastModifiedTime(
                    migrations.resolve(fileName), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Listing scan() {
        return scan(PATTERN);
    }

    Listing scan(Pattern pattern) {
        return new MigrationDirectory(migrations, pattern).scan();
    }

    List<String> names() {
        return scan().files().stream().map(MigrationFile::name).toList();
    }

    SourceCompiler compiler() {
        return new SourceCompiler(home, cache, Map.of());
    }

    /** Compiles all migrations. */
    Compilation compile() {
        return SourceCompiler.compileOnce(
                home, cache, Map.of(), MigrationSource.readAll(scan().files()).sources());
    }

    /** Compiles the only migration. */
    CompiledMigration only() {
        Compilation compilation = compile();
        if (compilation.migrations().size() != 1) {
            throw new AssertionError(compilation);
        }
        return compilation.migrations().get(0);
    }

    /** Compiles a text, and returns what is wrong with it. */
    static Problem problemOf(String text) {
        Sandbox sandbox = new Sandbox().with("9_x.java", text);
        List<Problem> problems = sandbox.compile().problems();
        if (problems.size() != 1) {
            throw new AssertionError("expected one problem, but there are " + problems);
        }
        return problems.get(0);
    }

    static MigrationSource source(String name, String text) {
        return MigrationSource.of(new MigrationFile(0, name, Path.of(name + ".java")), text);
    }

    List<Path> cached() {
        Path classes = cache.resolve("classes");
        if (!Files.exists(classes)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(classes)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package unit.files;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import migopy.files.MigrationDirectory;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.files.SourceCompiler.Compilation;
import org.bson.conversions.Bson;

/** Compiles a sandbox's migrations in another JVM. */
final class CompileInChild {
    private CompileInChild() {}

    public static void main(String... args) {
        Path home = Path.of(args[0]);
        var listing =
                new MigrationDirectory(home.resolve("mongomigrations"), Pattern.compile("(?<number>[0-9]+)_.*")).scan();
        Compilation compilation = SourceCompiler.compileOnce(
                home,
                home.resolve(".migopy"),
                Map.of(),
                MigrationSource.readAll(listing.files()).sources());
        System.exit(compilation.problems().isEmpty() ? 0 : 1);
    }

    /**
     * Runs it.
     *
     * @param more further folders of classes on its class path
     * @param options of the JVM
     * @return 0 if all migrations compile
     */
    static int of(Path home, List<Path> more, String... options) throws IOException, InterruptedException {
        String classPath = Stream.concat(
                        Stream.of(
                                        SourceCompiler.class,
                                        MongoDatabase.class,
                                        MongoException.class,
                                        Bson.class,
                                        CompileInChild.class)
                                .map(CompileInChild::origin),
                        more.stream().map(Path::toString))
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, CompileInChild.class.getName(), home.toString()));
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private static String origin(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}

package support;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import migopy.files.MigrationDirectory;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;

/**
 * Compiles migrations in this JVM for a child that is about to start, which then finds the classes in its cache: javac is
 * warm here, while half of the processor time of such a child would be that of a cold one.
 */
final class WarmCompiler {
    private static final String CLASS_PATH = "java.class.path";

    private static final Pattern NAMES = Pattern.compile("(?<number>[0-9]+)_.*");

    private WarmCompiler() {}

    /**
     * Caches the classes of all migrations that compile.
     *
     * @param classes the folder of classes on the child's class path, which the cache depends on
     */
    static synchronized void compile(Path folder, Path migrations, Path classes, Map<String, String> environment) {
        if (!Files.isDirectory(migrations)) {
            return;
        }
        var files = new MigrationDirectory(migrations, NAMES).scan().files();
        var sources = MigrationSource.readAll(files).sources();
        String before = System.setProperty(CLASS_PATH, Jvm.JARS + File.pathSeparator + classes);
        try {
            SourceCompiler.compileOnce(folder, folder.resolve(".migopy"), environment, sources);
        } finally {
            System.setProperty(CLASS_PATH, before);
        }
    }
}

package migopy.command;

import com.mongodb.MongoException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.ZipFile;
import migopy.MigopyException;
import migopy.console.Wording;
import migopy.mongo.MongoErrors;
import migopy.run.Failure;

/** What a command ended with, in our terms: exceptions that are not ours, and the JVM's errors. */
final class Faults {
    /** The module that has {@code sun.misc.Signal}; a runtime made by jlink may lack it. */
    private static final String SIGNALS = "sun/misc/";

    private Faults() {}

    static MigopyException of(Throwable thrown) {
        if (thrown instanceof MigopyException known) {
            return known;
        }
        // First: where a jar of the driver is damaged, the classes below may be missing too.
        if (thrown instanceof LinkageError) {
            String name = thrown.getClass().getSimpleName();
            return linkage(name + ": " + thrown.getMessage(), thrown);
        }
        if (thrown instanceof MongoException fromDriver) {
            return MongoErrors.translate(fromDriver, "working");
        }
        String type = thrown.getClass().getName();
        String text = Failure.text(thrown); // its class may be that of a task's author
        String what = text.startsWith(type) ? thrown.getClass().getSimpleName() + text.substring(type.length()) : text;
        return new MigopyException(MigopyException.Kind.FAILED, what, hint(thrown), thrown);
    }

    private static String hint(Throwable thrown) {
        return thrown instanceof OutOfMemoryError
                ? "Give java more memory, then run the command again: export" + " JAVA_TOOL_OPTIONS=-Xmx2g"
                : "With --verbose it says where; please report it.";
    }

    /** A class that is not there, or is none. */
    private static MigopyException linkage(String what, Throwable thrown) {
        String missing = String.valueOf(thrown.getMessage());
        if (missing.startsWith(SIGNALS)) {
            return new MigopyException(
                    MigopyException.Kind.USAGE,
                    "This Java runtime lacks the module jdk.unsupported: " + missing,
                    "Let JAVA_HOME name a whole JDK",
                    thrown);
        }
        Optional<Path> damaged = damagedJar();
        return damaged.isPresent()
                ? new MigopyException(
                        MigopyException.Kind.FAILED,
                        damaged.get() + " is damaged: " + what,
                        "Remove it, and the next run fetches or builds it again: rm "
                                + Wording.word(damaged.get().toString()),
                        thrown)
                : new MigopyException(MigopyException.Kind.FAILED, what, hint(thrown), thrown);
    }

    /** The first jar of the class path that cannot be opened. */
    private static Optional<Path> damagedJar() {
        String all = System.getProperty("java.class.path", "");
        for (String entry : all.split(File.pathSeparator)) {
            Path jar = Path.of(entry);
            if (!Files.isRegularFile(jar)) {
                continue;
            }
            try (ZipFile opened = new ZipFile(jar.toFile())) {
                opened.size();
            } catch (IOException e) {
                return Optional.of(jar);
            }
        }
        return Optional.empty();
    }
}

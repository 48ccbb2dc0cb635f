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

/** Translates foreign exceptions and JVM errors that ended a command. */
final class Faults {
    /** Classes of the module jdk.unsupported, which a runtime made by jlink may lack. */
    private static final String SIGNALS = "sun/misc/";

    private Faults() {}

    static MigopyException of(Throwable thrown) {
        if (thrown instanceof MigopyException known) {
            return known;
        }
        // First, because a damaged driver jar may lack the classes below, too.
        if (thrown instanceof LinkageError) {
            String name = thrown.getClass().getSimpleName();
            return linkage(name + ": " + thrown.getMessage(), thrown);
        }
        if (thrown instanceof MongoException fromDriver) {
            return MongoErrors.translate(fromDriver, "working");
        }
        String type = thrown.getClass().getName();
        String text = Failure.text(thrown); // its class may be the user's
        String what = text.startsWith(type) ? thrown.getClass().getSimpleName() + text.substring(type.length()) : text;
        return new MigopyException(MigopyException.Kind.FAILED, what, hint(thrown), thrown);
    }

    private static String hint(Throwable thrown) {
        return thrown instanceof OutOfMemoryError
                ? "Give java more memory, then run the command again: export" + " JAVA_TOOL_OPTIONS=-Xmx2g"
                : "Run it again with --verbose for the stack trace, and report it.";
    }

    /** A class that is missing or damaged. */
    private static MigopyException linkage(String what, Throwable thrown) {
        String missing = String.valueOf(thrown.getMessage());
        if (missing.startsWith(SIGNALS)) {
            return new MigopyException(
                    MigopyException.Kind.USAGE,
                    "This Java runtime lacks the module jdk.unsupported: " + missing,
                    "Set JAVA_HOME to a complete JDK",
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

    /** Returns the first jar on the class path that cannot be opened. */
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

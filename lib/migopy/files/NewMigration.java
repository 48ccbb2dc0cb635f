package migopy.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import migopy.MigopyException;
import migopy.console.Wording;

/**
 * Makes the file of a new migration: numbered as the others are, named after some words, ready to
 * be written in.
 */
public final class NewMigration {
    private final Path home;
    private final Path directory;
    private final Pattern pattern;
    private final Clock clock;

    /**
     * @param home where {@code migopy.java} lies, which the new file names
     * @param directory where the migrations lie
     * @param pattern what its name has to match
     * @param clock what a timestamp is taken from, in UTC
     */
    public NewMigration(Path home, Path directory, Pattern pattern, Clock clock) {
        this.home = home;
        this.directory = directory;
        this.pattern = pattern;
        this.clock = clock;
    }

    /** What stands in a new file. */
    @FunctionalInterface
    public interface Text {
        /**
         * Makes the text.
         *
         * @param header the first two lines, by which the file can be run by itself
         * @param className the class's name, as the words suggest it
         */
        String of(String header, String className);
    }

    /**
     * Writes a new file; never over another. The first one brings its directory along.
     *
     * @param words what it does: {@code add users}
     * @param timestamp whether its number is the time, whatever the others' are
     * @param number its number as typed, with leading zeros if wanted; null: the next
     * @param text what stands in it, such as {@link #template}
     * @throws MigopyException usage: no words, no such number, or no name that matches the pattern
     */
    public MigrationFile create(List<String> words, boolean timestamp, String number, Text text) {
        if (timestamp && number != null) {
            throw MigopyException.usage("--timestamp and --number are two numbers", "Give one of them");
        }
        NewName.Typed typed = NewName.typed(words, !timestamp && number == null);
        List<String> plain = typed.words();
        if (plain.isEmpty()) {
            throw MigopyException.usage(
                    "The name of a new migration needs words of letters or digits",
                    "For example: {migopy} create add users");
        }
        makeDirectory();
        Listing listing = new MigrationDirectory(directory, pattern).scan();
        Numbering numbering = new Numbering(listing.files(), pattern, clock);
        List<String> numbers = number != null || typed.number() != null
                ? List.of(numbering.given(number != null ? number : typed.number()))
                : timestamp ? List.of(numbering.timestamp()) : numbering.next();
        String fileName = new NewName(pattern, listing.files()).of(numbers, plain);
        Path path = directory.resolve(fileName);
        write(path, text.of(header(), NewName.className(plain)));
        String name = fileName.substring(0, fileName.length() - MigrationFile.SUFFIX.length());
        return new MigrationFile(MigrationDirectory.numberIn(fileName, pattern), name, path);
    }

    /**
     * Another migration whose name differs from this one's in the number alone, if there is one.
     */
    public Optional<String> namesake(MigrationFile file) {
        String own = MigrationDirectory.afterNumber(file.fileName(), pattern);
        return new MigrationDirectory(directory, pattern)
                .scan().files().stream()
                        .filter(other -> !other.fileName().equals(file.fileName()))
                        .filter(other -> MigrationDirectory.afterNumber(other.fileName(), pattern)
                                .equals(own))
                        .map(MigrationFile::name)
                        .findFirst();
    }

    /** Only below a directory that is there: a path that leads nowhere is a slip of the hand. */
    private void makeDirectory() {
        Path parent = directory.toAbsolutePath().getParent();
        if (Files.exists(directory) || parent == null || !Files.isDirectory(parent)) {
            return;
        }
        try {
            Files.createDirectory(directory);
        } catch (IOException e) {
            throw MigopyException.usage(
                    "The migrations' directory %s cannot be made: %s"
                            .formatted(Wording.visible(directory.toString()), MigrationDirectory.reason(e)),
                    "Check the permissions of its parent folder");
        }
    }

    private static void write(Path path, String text) {
        String shown = Wording.visible(path.toString());
        try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW)) {
            try {
                out.write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // Half of a template is no migration.
                Files.delete(path);
                throw e;
            }
        } catch (FileAlreadyExistsException e) {
            throw MigopyException.usage(shown + " is already there", "Take other words");
        } catch (IOException e) {
            throw MigopyException.usage(
                    "%s cannot be written: %s".formatted(shown, MigrationDirectory.reason(e)),
                    "Check the permissions of the migrations' directory, and the free disk space");
        }
        makeExecutable(path);
    }

    /** Whoever may read it may run it: what the user's own mask allows. */
    private static void makeExecutable(Path path) {
        try {
            Set<PosixFilePermission> rights = Files.getPosixFilePermissions(path);
            if (rights.contains(PosixFilePermission.OWNER_READ)) {
                rights.add(PosixFilePermission.OWNER_EXECUTE);
            }
            if (rights.contains(PosixFilePermission.GROUP_READ)) {
                rights.add(PosixFilePermission.GROUP_EXECUTE);
            }
            if (rights.contains(PosixFilePermission.OTHERS_READ)) {
                rights.add(PosixFilePermission.OTHERS_EXECUTE);
            }
            Files.setPosixFilePermissions(path, rights);
        } catch (UnsupportedOperationException | IOException e) {
            // A file system without such rights: the file runs as "jbang FILE" all the same.
            return;
        }
    }

    private String header() {
        return """
            ///usr/bin/env jbang "$0" "$@" ; exit $?
            //DEPS %s
            """.formatted(entryScript());
    }

    /** An {@code up()} and a {@code down()} to be filled in. */
    public static String template(String header, String className) {
        return header + """
            import static migopy.Migration.db;
            import org.bson.Document;

            class %s {
                static void up() {
                    // db().getCollection("users").insertOne(new Document("name", "Ada"));
                }

                static void down() {
                    // db().getCollection("users").deleteOne(new Document("name", "Ada"));
                }

                public static void main(String... args) {
                    up();
                }
            }
            """.formatted(className);
    }

    /** Where migopy.java lies, as seen from the new file. */
    private String entryScript() {
        Path from = directory.toAbsolutePath().normalize();
        Path script = home.toAbsolutePath().normalize().resolve("migopy.java");
        return from.relativize(script).toString().replace('\\', '/');
    }
}

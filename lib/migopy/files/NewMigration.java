package migopy.files;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.text.Normalizer;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import migopy.MigopyException;
import migopy.console.Wording;

/**
 * Creates the file of a new migration. The newest file is the model for its name: what precedes the
 * number, the number's width, the separator and how words are joined. Without any file the name is
 * {@code 1_add_users.java}.
 */
public final class NewMigration {
    /** The longest file name that common file systems accept, in bytes. */
    private static final int LENGTH_LIMIT = 255;

    private static final Pattern NUMBERED = Pattern.compile("([A-Za-z]?)([0-9]+)_+([^0-9].*)");

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss").withResolverStyle(ResolverStyle.STRICT);

    private static final int TIMESTAMP_WIDTH = 14;

    private final Path home;
    private final Path directory;
    private final Pattern pattern;
    private final Clock clock;

    /**
     * @param home the folder of {@code migopy.java}, which the new file refers to
     * @param directory the migrations' directory
     * @param pattern what the file's name must match
     * @param clock the source of timestamps, in UTC
     */
    public NewMigration(Path home, Path directory, Pattern pattern, Clock clock) {
        this.home = home;
        this.directory = directory;
        this.pattern = pattern;
        this.clock = clock;
    }

    /** What is written into a new file. */
    @FunctionalInterface
    public interface Template {
        /**
         * Makes the text.
         *
         * @param header the first two lines, by which the file can be run directly
         * @param className the name of the class, made of the same words as the file's
         */
        String of(String header, String className);
    }

    /**
     * Writes a new file, and creates the migrations' directory if it is missing. Never overwrites.
     *
     * @param typed what it does: {@code add users}; or the file's name, {@code 5_add_users.java}
     * @param timestamp whether its number is the time, however the others are numbered
     * @param number its number as typed, with its leading zeros; null for the next one
     * @param template what is written into it, such as {@link Templates#find}
     * @throws MigopyException usage: no words, an invalid number, or no name that matches the pattern
     */
    public MigrationFile create(List<String> typed, boolean timestamp, String number, Template template) {
        if (timestamp && number != null) {
            throw MigopyException.usage("--timestamp and --number cannot be combined", "Remove one of them");
        }
        String name = String.join(" ", typed).strip();
        if (name.endsWith(MigrationFile.SUFFIX)) {
            name = name.substring(0, name.length() - MigrationFile.SUFFIX.length());
        }
        Matcher numbered = NUMBERED.matcher(name);
        String given = number;
        if (!timestamp && number == null && numbered.matches() && isName(numbered)) {
            given = numbered.group(2);
            name = numbered.group(3);
        }
        List<String> words = words(name);
        if (words.isEmpty()) {
            throw MigopyException.usage(
                    "The name of a new migration must contain letters (a to z) or digits",
                    "For example: {migopy} create add users");
        }
        createDirectory();
        List<MigrationFile> files =
                new MigrationDirectory(directory, pattern).scan().files();
        String digits = timestamp ? timestamp(files) : given == null ? next(files) : checked(given, files);
        String fileName = fileName(digits, words, files);
        Path path = directory.resolve(fileName);
        write(path, template.of(header(), className(words)));
        return new MigrationFile(
                Long.parseLong(digits), fileName.substring(0, fileName.length() - MigrationFile.SUFFIX.length()), path);
    }

    /** With a letter before the number, only the name of a file: {@code m5_add_users}. */
    private boolean isName(Matcher typed) {
        return typed.group(1).isEmpty()
                || pattern.matcher(typed.group() + MigrationFile.SUFFIX).matches();
    }

    /** Returns another migration whose name differs from this one's in the number alone. */
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

    /** Returns the number that was typed, if it is valid and free. */
    private static String checked(String typed, List<MigrationFile> files) {
        String digits = typed.strip();
        if (!digits.matches("[0-9]+") || new BigInteger(digits).bitLength() > Long.SIZE - 1) {
            throw MigopyException.usage(
                    "--number: %s is not a number from 0 to %d".formatted(digits, Long.MAX_VALUE),
                    "Pass a number, for example: --number 12");
        }
        long value = Long.parseLong(digits);
        for (MigrationFile file : files) {
            if (file.number() == value) {
                throw MigopyException.usage(
                        "Number %s is already used by %s".formatted(digits, file.name()),
                        "Omit the number to get the next one");
            }
        }
        return digits;
    }

    /** Returns the time in UTC, or the next second that no file has. */
    private String timestamp(List<MigrationFile> files) {
        Set<Long> taken = files.stream().map(MigrationFile::number).collect(Collectors.toSet());
        LocalDateTime time = LocalDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
        while (taken.contains(Long.parseLong(TIMESTAMP.format(time)))) {
            time = time.plusSeconds(1);
        }
        return TIMESTAMP.format(time);
    }

    /** Returns the number after the highest, in its width; a timestamp after a timestamp. */
    private String next(List<MigrationFile> files) {
        if (files.isEmpty()) {
            return "1";
        }
        MigrationFile last = files.get(files.size() - 1);
        Matcher matcher = pattern.matcher(last.fileName());
        String digits = matcher.matches() ? matcher.group(MigrationDirectory.NUMBER) : Long.toString(last.number());
        LocalDateTime time = time(digits);
        if (time != null) {
            String now = timestamp(files);
            return Long.parseLong(now) > last.number() ? now : TIMESTAMP.format(time.plusSeconds(1));
        }
        if (last.number() == Long.MAX_VALUE) {
            throw MigopyException.usage(
                    last.name() + " has the highest possible number", "Pass an unused number: --number N");
        }
        String next = Long.toString(last.number() + 1);
        return "0".repeat(Math.max(0, digits.length() - next.length())) + next;
    }

    /** Returns the time that a number stands for, or null. */
    private static LocalDateTime time(String digits) {
        if (digits.length() != TIMESTAMP_WIDTH) {
            return null;
        }
        try {
            return LocalDateTime.parse(digits, TIMESTAMP);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private String fileName(String digits, List<String> words, List<MigrationFile> files) {
        String prefix = "";
        String separator = "_";
        String joined = String.join("_", words);
        String model = files.isEmpty() ? "" : files.get(files.size() - 1).fileName();
        Matcher matcher = pattern.matcher(model);
        if (matcher.matches()) {
            int end = matcher.end(MigrationDirectory.NUMBER);
            int rest = end;
            while (rest < model.length() && !Character.isLetterOrDigit(model.charAt(rest))) {
                rest++;
            }
            prefix = model.substring(0, matcher.start(MigrationDirectory.NUMBER));
            separator = model.substring(end, rest);
            joined = joinedAs(model.substring(rest), words);
        }
        String name = prefix + digits + separator + joined + MigrationFile.SUFFIX;
        if (files.isEmpty()) {
            name = MigrationDirectory.prefixed(name, pattern);
        }
        if (MigrationDirectory.numberIn(name, pattern) != Long.parseLong(digits)) {
            throw MigopyException.usage(
                    "%s does not match migrationsFilePattern %s".formatted(name, Wording.visible(pattern.pattern())),
                    files.isEmpty()
                            ? "Pass a number that matches, with --number or --timestamp; or create the first file"
                                    + " yourself: the next ones are named like it"
                            : "Use other words, or create the file yourself");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > LENGTH_LIMIT) {
            throw MigopyException.usage(
                    "The file's name would be longer than %d bytes".formatted(LENGTH_LIMIT), "Use fewer words");
        }
        return name;
    }

    /** Joins words as the model does: {@code add-users}, {@code AddUsers} or {@code add_users}. */
    private static String joinedAs(String model, List<String> words) {
        if (model.contains("-")) {
            return String.join("-", words);
        }
        boolean camel = !model.contains("_") && Character.isUpperCase(model.charAt(0));
        return camel ? camelCase(words) : String.join("_", words);
    }

    private static String camelCase(List<String> words) {
        return words.stream()
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }

    /**
     * Returns the words in lower case, of ASCII letters and digits only: {@code Añadir E-Mails}
     * becomes anadir, e, mails.
     */
    private static List<String> words(String typed) {
        String text = Normalizer.normalize(typed, Normalizer.Form.NFD);
        String plain = text.replaceAll("\\p{M}+", "").toLowerCase(Locale.ROOT);
        List<String> words = new ArrayList<>(List.of(plain.split("[^a-z0-9]+")));
        words.removeIf(String::isEmpty);
        return words;
    }

    /** Returns a name for the class: {@code AddUsers}. */
    private static String className(List<String> words) {
        String name = camelCase(words);
        if (Character.isDigit(name.charAt(0))) {
            return "Migration" + name;
        }
        return isTaken(name) ? name + "Migration" : name;
    }

    /** Whether a class of that name would hide one that the template uses. */
    private static boolean isTaken(String name) {
        if (name.equals("Document") || name.equals("Migration")) {
            return true;
        }
        try {
            Class.forName("java.lang." + name, false, null);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** Only within a folder that exists: a longer missing path is more likely a typing error. */
    private void createDirectory() {
        Path parent = directory.toAbsolutePath().getParent();
        if (Files.exists(directory) || parent == null || !Files.isDirectory(parent)) {
            return;
        }
        try {
            Files.createDirectory(directory);
        } catch (IOException e) {
            throw MigopyException.usage(
                    "The migrations' directory %s cannot be created: %s"
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
                Files.delete(path); // half of a template is not a migration
                throw e;
            }
        } catch (FileAlreadyExistsException e) {
            throw MigopyException.usage(shown + " already exists", "Use other words");
        } catch (IOException e) {
            throw MigopyException.usage(
                    "%s cannot be written: %s".formatted(shown, MigrationDirectory.reason(e)),
                    "Check the permissions of the migrations' directory, and the free disk space");
        }
        makeExecutable(path);
    }

    /** Whoever may read the file may run it, so the user's umask decides. */
    static void makeExecutable(Path path) {
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
            return; // a file system without such permissions; "jbang FILE" still runs the file
        }
    }

    private String header() {
        return """
            ///usr/bin/env jbang "$0" "$@" ; exit $?
            //DEPS %s
            """.formatted(entryScript());
    }

    /** Returns the path of migopy.java relative to the new file. */
    private String entryScript() {
        Path from = directory.toAbsolutePath().normalize();
        Path script = home.toAbsolutePath().normalize().resolve("migopy.java");
        return from.relativize(script).toString().replace('\\', '/');
    }
}

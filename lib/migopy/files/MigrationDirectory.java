package migopy.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Wording;

/** The migrations' directory. Each of its {@code .java} files must be a migration; any other one is a problem. */
public final class MigrationDirectory {
    /** The group of the pattern that matches the number. */
    static final String NUMBER = "number";

    /** What may precede the number, so that the name is an identifier of Java. */
    private static final List<String> PREFIXES = List.of("", "m", "M", "v", "V");

    /** The number of digits of 2^63 - 1. */
    private static final int MOST_DIGITS = 19;

    private final Path directory;
    private final Pattern pattern;

    /**
     * @param directory the migrations' directory; a link to a file outside is refused
     * @param pattern what a file's name must match; its group {@code number} is the number
     */
    public MigrationDirectory(Path directory, Pattern pattern) {
        this.directory = directory;
        this.pattern = pattern;
    }

    /**
     * Lists the directory and the attributes of its files, without opening them.
     *
     * @throws MigopyException usage: the directory is missing or cannot be read
     */
    public Listing scan() {
        Scan scan = new Scan();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String fileName = entry.getFileName().toString();
                if (fileName.startsWith(".")) {
                    continue; // an editor's lock file, or metadata of macOS
                }
                if (fileName.endsWith(MigrationFile.SUFFIX)) {
                    scan.add(fileName, entry);
                } else if (Files.isDirectory(entry)) {
                    scan.searchSubfolder(entry);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw unreadable(directory, e.getCause());
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
        return scan.listing();
    }

    /**
     * Returns the number in a file's name, or -1 if the name does not match the pattern or the number
     * is above 2^63 - 1.
     */
    public static long numberIn(String fileName, Pattern pattern) {
        Matcher matcher = pattern.matcher(fileName);
        return matcher.matches() ? number(matcher.group(NUMBER)) : -1;
    }

    /** Returns the name with the first prefix, of at most one letter, with which it matches; without one if none does. */
    static String prefixed(String fileName, Pattern pattern) {
        for (String prefix : PREFIXES) {
            if (numberIn(prefix + fileName, pattern) >= 0) {
                return prefix + fileName;
            }
        }
        return fileName;
    }

    /** Returns the part after the number of a file's name. */
    static String afterNumber(String fileName, Pattern pattern) {
        Matcher matcher = pattern.matcher(fileName);
        return matcher.matches() ? fileName.substring(matcher.end(NUMBER)) : fileName;
    }

    /** Returns the number that digits stand for, or -1 if there are none, others, or too many. */
    public static long number(String digits) {
        if (digits == null || digits.isEmpty()) {
            return -1;
        }
        int start = 0;
        while (start < digits.length() - 1 && digits.charAt(start) == '0') {
            start++;
        }
        if (digits.length() - start > MOST_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = start; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            // 19 digits overflow a long at most once, and then become negative.
            number = number * 10 + digit;
        }
        return number < 0 ? -1 : number;
    }

    private static MigopyException unreadable(Path directory, IOException why) {
        String path = Wording.visible(directory.toString());
        String hint = "Set migrationsDirectory, or pass --directory";
        if (why instanceof NoSuchFileException) {
            Path parent = directory.toAbsolutePath().getParent();
            return MigopyException.usage(
                    "The migrations' directory %s does not exist".formatted(path),
                    parent != null && Files.isDirectory(parent)
                            ? "Create it with its first migration: "
                                    + Wording.command("create", "add", "users", "--directory", path)
                            : hint);
        }
        if (why instanceof NotDirectoryException) {
            return MigopyException.usage("The migrations' directory %s is not a directory".formatted(path), hint);
        }
        return MigopyException.usage(
                "The migrations' directory %s cannot be read: %s".formatted(path, reason(why)), hint);
    }

    static String reason(IOException why) {
        if (why instanceof AccessDeniedException) {
            return "permission denied"; // its message is only the path
        }
        String message =
                why instanceof FileSystemException e && e.getReason() != null ? e.getReason() : why.getMessage();
        return Wording.visible(
                message == null || message.isBlank() ? why.getClass().getSimpleName() : message);
    }

    /** The state of one scan. */
    private final class Scan {
        private final List<MigrationFile> files = new ArrayList<>();
        private final List<Problem> problems = new ArrayList<>();
        private final Map<String, FileStamp> stamps = new HashMap<>();

        void add(String fileName, Path path) throws IOException {
            if (!isPrintable(fileName)) {
                invalid(
                        fileName,
                        "contains characters that cannot be printed",
                        "Rename it; if the locale's charset is not UTF-8, set LC_ALL=C.UTF-8 first");
                return;
            }
            Matcher matcher = pattern.matcher(fileName);
            if (!matcher.matches()) {
                invalid(
                        fileName,
                        "does not match migrationsFilePattern " + Wording.visible(pattern.pattern()),
                        isNamedLikeAClass(fileName)
                                ? "If it is a helper class, move it next to migopy.java, and add //SOURCES "
                                        + Wording.visible(fileName)
                                        + " to migopy.java"
                                : "Rename it, for example to " + prefixed("12_add_users.java", pattern)
                                        + ", or move it to another folder");
                return;
            }
            long number = number(matcher.group(NUMBER));
            if (number < 0) {
                invalid(fileName, "has no number from 0 to " + Long.MAX_VALUE, "Rename it with a number in that range");
                return;
            }
            FileStamp stamp = stamp(fileName, path);
            if (stamp != null) {
                String name = fileName.substring(0, fileName.length() - 5);
                files.add(new MigrationFile(number, name, path));
                stamps.put(name, stamp);
            }
        }

        private static boolean isNamedLikeAClass(String fileName) {
            String name = fileName.substring(0, fileName.length() - MigrationFile.SUFFIX.length());
            return name.matches("[A-Z]\\p{Alpha}*");
        }

        /** Reports a migration in a subfolder, since it would never be run. */
        void searchSubfolder(Path folder) {
            Optional<Path> found = new Subfolder(pattern).firstMigration(folder);
            if (found.isPresent()) {
                String shown = directory.relativize(found.get()).toString();
                invalid(
                        shown,
                        "is in a subfolder, and only the files in the migrations' directory itself are run",
                        "Move it up into the migrations' directory, or out of it");
            }
        }

        /** Returns the file's stamp, or null if it cannot be a migration. */
        private FileStamp stamp(String fileName, Path path) throws IOException {
            FileStamp stamp;
            try {
                stamp = FileStamp.of(path);
            } catch (NoSuchFileException e) {
                return null; // deleted since it was listed
            }
            if (stamp.type() == FileStamp.FileType.LINK) {
                stamp = followed(fileName, path);
            }
            if (stamp == null || stamp.type() == FileStamp.FileType.FILE) {
                return stamp;
            }
            invalid(
                    fileName,
                    stamp.type() == FileStamp.FileType.DIRECTORY ? "is a folder" : "is not a regular file",
                    "Move it out of the migrations' directory");
            return null;
        }

        private FileStamp followed(String fileName, Path link) {
            String hint = "Replace the link with a copy of the file";
            try {
                Path target = link.toRealPath();
                if (target.startsWith(directory.toRealPath())) {
                    return FileStamp.of(target);
                }
                invalid(fileName, "is a link to a file outside of the migrations' directory", hint);
            } catch (IOException e) {
                invalid(fileName, "is a broken link", hint);
            }
            return null;
        }

        private void invalid(String fileName, String what, String hint) {
            String shown = Wording.visible(fileName);
            problems.add(new Problem(Problem.ProblemKind.INVALID_NAME, shown, shown + " " + what, hint, List.of()));
        }

        Listing listing() {
            Collections.sort(files);
            long free = files.isEmpty() ? 0 : files.get(files.size() - 1).number();
            for (int i = 1; i < files.size(); i++) {
                MigrationFile before = files.get(i - 1);
                MigrationFile file = files.get(i);
                if (before.number() == file.number()) {
                    free += free < Long.MAX_VALUE ? 1 : 0;
                    problems.add(new Problem(
                            Problem.ProblemKind.DUPLICATE_NUMBER,
                            file.name(),
                            "%s has the same number as %s".formatted(file.name(), before.name()),
                            "Rename %s to %s or, if it is already applied, %s to %s"
                                    .formatted(
                                            file.fileName(),
                                            file.renumbered(free),
                                            before.fileName(),
                                            before.renumbered(free))));
                }
            }
            return new Listing(files, problems, List.of(), stamps);
        }
    }

    /** Searches a subfolder for files that look like migrations. */
    private static final class Subfolder extends SimpleFileVisitor<Path> {
        private static final int DEPTH_LIMIT = 8;

        /** A folder with more other files is not for migrations. */
        private static final int FILE_LIMIT = 10_000;

        private final Pattern pattern;
        private int files;
        private Path found;

        Subfolder(Pattern pattern) {
            this.pattern = pattern;
        }

        Optional<Path> firstMigration(Path folder) {
            try {
                Path start = folder.toRealPath(); // the folder may be a link, links in it are not followed
                Files.walkFileTree(start, EnumSet.noneOf(FileVisitOption.class), DEPTH_LIMIT, this);
                return Optional.ofNullable(found).map(file -> folder.resolve(start.relativize(file)));
            } catch (IOException e) {
                return Optional.empty(); // as for visitFileFailed
            }
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean hidden = folder.getFileName().toString().startsWith(".");
            return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = file.getFileName().toString();
            // The name of a class cannot begin with a digit, so such a file is not a helper of migopy.java.
            boolean migration = name.endsWith(MigrationFile.SUFFIX)
                    && (Character.isDigit(name.charAt(0))
                            || pattern.matcher(name).matches());
            if (migration) {
                found = file;
            }
            return migration || ++files > FILE_LIMIT ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        /** A folder that cannot be read, such as lost+found, is ignored. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException why) {
            return FileVisitResult.CONTINUE;
        }
    }

    /** False for control characters, marks that change the direction of text, and names that could not be decoded. */
    private static boolean isPrintable(String fileName) {
        for (int i = 0; i < fileName.length(); i++) {
            char c = fileName.charAt(i);
            if (c < ' ' || c > '~') {
                return fileName.indexOf('\ufffd') < 0
                        && Wording.visible(fileName).equals(fileName);
            }
        }
        return true;
    }

    /**
     * The content of the migrations' directory.
     *
     * @param files the migrations in order, including those with a duplicate number
     * @param problems invalid names and duplicate numbers
     * @param notices information for the user, one line each
     * @param stamps the attributes of files when they were listed, by name
     */
    public record Listing(
            List<MigrationFile> files, List<Problem> problems, List<String> notices, Map<String, FileStamp> stamps) {

        public Listing {
            files = List.copyOf(files);
            problems = List.copyOf(problems);
            notices = List.copyOf(notices);
        }

        /** A listing without stamps. */
        public Listing(List<MigrationFile> files, List<Problem> problems, List<String> notices) {
            this(files, problems, notices, Map.of());
        }
    }
}

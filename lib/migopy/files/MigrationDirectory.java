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

/**
 * The directory that holds the migrations: each file in it that ends in {@code .java} is one, or a
 * problem.
 */
public final class MigrationDirectory {
    /** The group of the pattern that holds the number. */
    static final String NUMBER = "number";

    /** 2^63 - 1 has so many digits. */
    private static final int MOST_DIGITS = 19;

    private final Path directory;
    private final Pattern pattern;

    /**
     * @param directory where the migrations lie; a link that leads out of it is refused
     * @param pattern what a whole file name has to match; its group {@code number} holds the number
     */
    public MigrationDirectory(Path directory, Pattern pattern) {
        this.directory = directory;
        this.pattern = pattern;
    }

    /**
     * Lists the directory, and looks at each file once without opening it.
     *
     * @throws MigopyException usage: the directory is missing or cannot be read
     */
    public Listing scan() {
        Scan scan = new Scan();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String fileName = entry.getFileName().toString();
                if (fileName.startsWith(".")) {
                    continue; // an editor's lock, the shadow that macOS leaves on other disks
                }
                if (fileName.endsWith(MigrationFile.SUFFIX)) {
                    scan.look(fileName, entry);
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
     * The number in a file's name.
     *
     * @return the number, or -1 if the name does not match the pattern or the number is beyond 2^63
     *     - 1
     */
    public static long numberIn(String fileName, Pattern pattern) {
        Matcher matcher = pattern.matcher(fileName);
        return matcher.matches() ? number(matcher.group(NUMBER)) : -1;
    }

    /** What follows the number in a file's name that matches the pattern. */
    static String afterNumber(String fileName, Pattern pattern) {
        Matcher matcher = pattern.matcher(fileName);
        return matcher.matches() ? fileName.substring(matcher.end(NUMBER)) : fileName;
    }

    static long number(String digits) {
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
            // Nineteen digits overflow a long at most once, and then into the negative numbers.
            number = number * 10 + digit;
        }
        return number < 0 ? -1 : number;
    }

    private static MigopyException unreadable(Path directory, IOException why) {
        String path = Wording.visible(directory.toString());
        String hint = "Set migrationsDirectory, or give --directory";
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
            return MigopyException.usage("The migrations' directory %s is no directory".formatted(path), hint);
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

    /** One look at the directory, as far as it has come. */
    private final class Scan {
        private final List<MigrationFile> files = new ArrayList<>();
        private final List<Problem> problems = new ArrayList<>();
        private final Map<String, FileStamp> stamps = new HashMap<>();

        void look(String fileName, Path path) throws IOException {
            long number = -1;
            if (!isPrintable(fileName)) {
                invalid(
                        fileName,
                        "holds characters that cannot be printed",
                        "Rename it; under a locale that is not UTF-8, set LC_ALL=C.UTF-8 first");
                return;
            }
            Matcher matcher = pattern.matcher(fileName);
            if (!matcher.matches()) {
                invalid(
                        fileName,
                        "does not match the pattern " + Wording.visible(pattern.pattern()),
                        isNamedLikeAClass(fileName)
                                ? "A helper class belongs beside migopy.java: move it there, and"
                                        + " add //SOURCES "
                                        + Wording.visible(fileName)
                                        + " to migopy.java"
                                : "Rename it: number, words, .java; or move it elsewhere");
                return;
            }
            number = number(matcher.group(NUMBER));
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

        /** Migrations are never run from there, so nobody may believe that they are. */
        void searchSubfolder(Path folder) {
            Optional<Path> found = new Subfolder(pattern).firstMigration(folder);
            if (found.isPresent()) {
                String shown = directory.relativize(found.get()).toString();
                invalid(
                        shown,
                        "is in a subfolder, and migrations are run from the migrations' directory" + " alone",
                        "Move it up into the migrations' directory, or out of it");
            }
        }

        /** The file's stamp, or null when it is none that a migration may be. */
        private FileStamp stamp(String fileName, Path path) throws IOException {
            FileStamp stamp;
            try {
                stamp = FileStamp.of(path);
            } catch (NoSuchFileException e) {
                // Deleted since it was listed: no longer there, as for a scan a moment later.
                return null;
            }
            if (stamp.kind() == FileStamp.FileKind.LINK) {
                stamp = followed(fileName, path);
            }
            if (stamp == null || stamp.kind() == FileStamp.FileKind.FILE) {
                return stamp;
            }
            invalid(
                    fileName,
                    stamp.kind() == FileStamp.FileKind.DIRECTORY ? "is a folder" : "is no plain file",
                    "Move it out of the migrations' directory");
            return null;
        }

        private FileStamp followed(String fileName, Path link) {
            String hint = "Put a copy of the file in the place of the link";
            try {
                Path target = link.toRealPath();
                if (target.startsWith(directory.toRealPath())) {
                    return FileStamp.of(target);
                }
                invalid(fileName, "is a link that leads out of the migrations' directory", hint);
            } catch (IOException e) {
                invalid(fileName, "is a link that leads nowhere", hint);
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
                            "Rename %s to %s or, if that one is applied already, %s to %s"
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

    /** A folder in the migrations' directory, searched for what somebody may take for one. */
    private static final class Subfolder extends SimpleFileVisitor<Path> {
        private static final int DEPTH_LIMIT = 8;

        /** Of files: a folder with more of other things is not for migrations. */
        private static final int FILE_LIMIT = 10_000;

        private final Pattern pattern;
        private int files;
        private Path found;

        Subfolder(Pattern pattern) {
            this.pattern = pattern;
        }

        Optional<Path> firstMigration(Path folder) {
            try {
                Path start = folder.toRealPath(); // the folder may be a link; links in it stay links
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
            // A class cannot begin with a digit, so such a file is no helper of migopy.java.
            boolean migration = name.endsWith(MigrationFile.SUFFIX)
                    && (Character.isDigit(name.charAt(0))
                            || pattern.matcher(name).matches());
            if (migration) {
                found = file;
            }
            return migration || ++files > FILE_LIMIT ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        /** A folder that cannot be read, such as a disk's lost+found, has no migrations for us. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException why) {
            return FileVisitResult.CONTINUE;
        }
    }

    /**
     * False for control characters, marks that turn the line around, and what could not be decoded.
     */
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
     * What lies in the migrations' directory.
     *
     * @param files the migrations in order, those with a duplicate number included
     * @param problems names that are no migration's, and numbers that are there twice
     * @param notices what a person should know that is no problem, one line each
     * @param stamps what the file system said of each file when it was listed, by name; a file without
     *     one is looked at again where that is needed
     */
    public record Listing(
            List<MigrationFile> files, List<Problem> problems, List<String> notices, Map<String, FileStamp> stamps) {

        public Listing {
            files = List.copyOf(files);
            problems = List.copyOf(problems);
            notices = List.copyOf(notices);
        }

        /** A listing of files that nobody has looked at on disk yet. */
        public Listing(List<MigrationFile> files, List<Problem> problems, List<String> notices) {
            this(files, problems, notices, Map.of());
        }
    }
}

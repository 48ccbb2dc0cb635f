package migopy.files;

import java.util.List;
import java.util.Map;
import migopy.Problem;

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

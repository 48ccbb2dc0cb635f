package migopy.dump;

import com.mongodb.MongoException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import migopy.MigopyException;
import migopy.MigopyException.Kind;
import migopy.mongo.MongoErrors;

/** The errors of this room: what went wrong with a file or the server, in one line. */
final class DumpErrors {
    private DumpErrors() {}

    /** A dump that could not be written. */
    static MigopyException dump(String message, String hint, Throwable cause) {
        return new MigopyException(Kind.DUMP, message, hint, cause);
    }

    /** A restore that did not get to its end. */
    static MigopyException restore(String message, String hint, Throwable cause) {
        return new MigopyException(Kind.FAILED, message, hint, cause);
    }

    /** What the server said while it was dumped: kind dump, whatever the reason. */
    static MigopyException dump(MongoException e, String doing) {
        MigopyException translated = MongoErrors.translate(e, doing);
        return dump(translated.getMessage(), translated.hint(), e);
    }

    /** What the server said while it was restored. */
    static MigopyException restore(MongoException e, String doing) {
        return MongoErrors.translate(e, doing);
    }

    /** A file whose content is wrong at this offset. */
    static MigopyException damaged(Path path, long offset, String what, Throwable cause) {
        return restore(
                "%s is damaged at byte %d: %s".formatted(path, offset, what),
                "Restore another dump, or the other collections: {migopy} dbrestore DIR --collection NAME",
                cause);
    }

    /** A file that cannot be what it should be. */
    static MigopyException unreadable(Path path, String why, Throwable cause) {
        return restore(
                "%s cannot be read: %s".formatted(path, why),
                "Nothing was changed. Restore another dump, or the other collections: {migopy} dbrestore DIR --collection NAME",
                cause);
    }

    /**
     * The reason of a file's error without the file's name, which the caller has put into its line
     * already.
     */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "it exists already";
        }
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}

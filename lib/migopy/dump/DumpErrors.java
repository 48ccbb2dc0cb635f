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

/** Makes the errors of this package from what went wrong with a file or on the server. */
final class DumpErrors {
    private DumpErrors() {}

    /** Returns the error of a dump that could not be written. */
    static MigopyException dump(String message, String hint, Throwable cause) {
        return new MigopyException(Kind.DUMP, message, hint, cause);
    }

    /** Returns the error of a restore that did not finish. */
    static MigopyException restore(String message, String hint, Throwable cause) {
        return new MigopyException(Kind.FAILED, message, hint, cause);
    }

    /** Returns a server's error during a dump, with kind dump whatever the reason. */
    static MigopyException dump(MongoException e, String doing) {
        MigopyException translated = MongoErrors.translate(e, doing);
        return dump(translated.getMessage(), translated.hint(), e);
    }

    /** Returns a server's error during a restore. */
    static MigopyException restore(MongoException e, String doing) {
        return MongoErrors.translate(e, doing);
    }

    /** Returns the error of a file that is damaged at an offset. */
    static MigopyException damaged(Path path, long offset, String what, Throwable cause) {
        return restore(
                "%s is damaged at byte %d: %s".formatted(path, offset, what),
                "Restore another dump, or the other collections: {migopy} dbrestore DIR --collection NAME",
                cause);
    }

    /** Returns the error of a file that cannot be read. */
    static MigopyException unreadable(Path path, String why, Throwable cause) {
        return restore(
                "%s cannot be read: %s".formatted(path, why),
                "Nothing was changed. Restore another dump, or the other collections: {migopy} dbrestore DIR"
                        + " --collection NAME",
                cause);
    }

    /** Returns the reason of a file's error without the file's name, which the caller adds. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "it already exists";
        }
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}

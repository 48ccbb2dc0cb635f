package support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The files and the superuser that a replica set with authentication needs. */
final class AuthFiles {
    static final String USER = "root";
    static final String PASSWORD = "the-password-of-root";

    private AuthFiles() {}

    static List<String> options() {
        try {
            Path key = Scratch.folder("auth").resolve("key");
            Files.writeString(key, "bWlnb3B5dGVzdHM=");
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
            return List.of("--auth", "--keyFile", key.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package support;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Finds the {@code mongod} of a version: on the PATH, otherwise fetched by get-mongod.sh. */
final class MongodBinary {
    private static final int FETCH_LIMIT_SECONDS = 300;

    /** No such mongod is available for this machine. */
    static final class NotToBeHad extends Exception {
        private static final long serialVersionUID = 1L;

        NotToBeHad(String why) {
            super(why);
        }
    }

    private MongodBinary() {}

    static Path find(String version) throws NotToBeHad {
        // An installed mongod replaces the default version only: the others are requested because they differ.
        if (version.equals(Kind.REPLICA_SET.version())) {
            for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
                Path candidate = Path.of(folder, "mongod");
                if (Files.isExecutable(candidate)) {
                    return candidate;
                }
            }
        }
        return fetch(version);
    }

    private static Path fetch(String version) throws NotToBeHad {
        try {
            Path out = Files.createTempFile(Scratch.root(), "get-mongod", ".out");
            Path err = Files.createTempFile(Scratch.root(), "get-mongod", ".err");
            Process process = new ProcessBuilder("sh", script().toString(), version)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(FETCH_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new NotToBeHad("get-mongod.sh took more than " + FETCH_LIMIT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new NotToBeHad(Files.readString(err).strip());
            }
            return Path.of(Files.readString(out).strip());
        } catch (IOException e) {
            throw new NotToBeHad(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotToBeHad("interrupted");
        }
    }

    private static Path script() {
        return Checkout.root().resolve("tests/get-mongod.sh");
    }
}

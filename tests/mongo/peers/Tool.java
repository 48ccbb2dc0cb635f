package mongo.peers;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import support.Checkout;
import support.Fetched;
import support.Result;
import support.Scratch;

/**
 * Another migration tool, in one version, installed from its registry into the tests' cache once per machine. A test
 * whose tool is not available here is skipped; with {@code MIGOPY_TEST_PEERS=required} a tool that cannot be installed
 * fails the test, and all are installed at once.
 */
enum Tool {
    MIGRATE_MONGO(
            "node",
            List.of("package.json", "package-lock.json"),
            "npm ci --no-audit --no-fund --no-update-notifier --loglevel=error"),
    /** mongodb-migrations and pymongo-migrate. */
    PYTHON(
            "python3",
            List.of("requirements-3.txt"),
            "python3 -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all:"
                    + " --target lib --requirement requirements-3.txt"),
    /** Migopy for Python. */
    PYTHON_27(
            "python2.7",
            List.of("requirements-2.7.txt"),
            "python2.7 -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target lib"
                    + " --requirement requirements-2.7.txt"),
    /** Verified by Go's checksum database. */
    GOLANG_MIGRATE(
            "go", List.of(), "go install -tags mongodb github.com/golang-migrate/migrate/v4/cmd/migrate@v4.20.1"),
    MONGOCK(
            "io.mongock:mongock-standalone:5.5.1",
            "io.mongock:mongodb-sync-v4-driver:5.5.1",
            "org.mongodb:mongodb-driver-sync:4.11.5",
            "org.slf4j:slf4j-nop:2.0.20"),
    LIQUIBASE(
            "org.liquibase:liquibase-core:4.33.0",
            "org.liquibase.ext:liquibase-mongodb:4.33.0",
            "org.mongodb:mongodb-driver-sync:5.5.1",
            "info.picocli:picocli:4.7.7",
            "org.slf4j:slf4j-nop:2.0.20"),
    FLYWAY(
            "org.flywaydb:flyway-core:11.14.1",
            "org.flywaydb:flyway-database-nc-mongodb:11.14.1",
            "org.flywaydb:flyway-nc-scanners:11.14.1",
            "org.flywaydb:flyway-verb-migrate:11.14.1",
            "org.flywaydb:flyway-verb-baseline:11.14.1",
            "org.flywaydb:flyway-verb-repair:11.14.1",
            "org.slf4j:slf4j-nop:1.7.36");

    private static final boolean REQUIRED = "required".equals(System.getenv("MIGOPY_TEST_PEERS"));
    private static final Map<Tool, CompletableFuture<Path>> INSTALLED = new EnumMap<>(Tool.class);

    private final String runtime;
    private final Map<String, String> files;
    private final List<String> command;

    /** A tool that runs in {@code runtime}; the files are beside this class. */
    Tool(String runtime, List<String> files, String command) {
        this(runtime, Sources.of(files), List.of(command.split(" ")));
    }

    /** A tool of jars. */
    Tool(String... coordinates) {
        this(
                "java",
                Map.of("Jars.java", "//DEPS " + String.join("\n//DEPS ", coordinates) + "\nclass Jars {}\n"),
                List.of(
                        Checkout.root().resolve("jbang").toString(),
                        "--quiet",
                        "info",
                        "classpath",
                        "--deps-only",
                        "Jars.java"));
    }

    Tool(String runtime, Map<String, String> files, List<String> command) {
        this.runtime = runtime;
        this.files = files;
        this.command = command;
    }

    /** Reads the files; an enum's constructor may not use the enum's own constants. */
    private static final class Sources {
        static Map<String, String> of(List<String> names) {
            return names.stream().collect(Collectors.toMap(name -> name, Sources::text));
        }

        private static String text(String name) {
            try {
                return Files.readString(
                        Checkout.root().resolve("tests/mongo/peers").resolve(name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Returns the folder that it is installed in, or skips the test. */
    Path folder() {
        try {
            return (REQUIRED ? installed(values()) : installed(this)).get(this).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof NotAvailable missing) {
                return abort(missing.getMessage());
            }
            if (REQUIRED) {
                throw e;
            }
            return abort(this + " cannot be installed: " + e.getCause().getMessage());
        }
    }

    /** Returns its jars, or skips the test. */
    String classPath() {
        try {
            List<String> lines = Files.readAllLines(folder().resolve("out"));
            return lines.get(lines.size() - 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static synchronized Map<Tool, CompletableFuture<Path>> installed(Tool... tools) {
        for (Tool tool : tools) {
            INSTALLED.computeIfAbsent(tool, each -> CompletableFuture.supplyAsync(each::install));
        }
        return INSTALLED;
    }

    /** There is no runtime for it on this machine. */
    private static final class NotAvailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotAvailable(String message) {
            super(message);
        }
    }

    private Path install() {
        String version = runtime.equals("go") ? "version" : "-version";
        if (Processes.run(Scratch.root(), Map.of(), List.of(runtime, version)).exitCode() == Processes.NOT_STARTED) {
            throw new NotAvailable("there is no " + runtime + " on the PATH");
        }
        UUID content = UUID.nameUUIDFromBytes((command + " " + files).getBytes(StandardCharsets.UTF_8));
        Path home = Fetched.folder().resolve("peers").resolve(name().toLowerCase(Locale.ROOT) + "-" + content);
        try {
            if (isComplete(home)) {
                return home;
            }
            Result result = install(home);
            // A registry may fail now and then.
            return result.exitCode() == 0 ? home : done(install(home), home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path done(Result result, Path home) {
        if (result.exitCode() != 0) {
            throw new IllegalStateException(result.toString());
        }
        return home;
    }

    /** Whether it is installed; jars may have been removed from the local Maven repository meanwhile. */
    private boolean isComplete(Path home) throws IOException {
        if (!Files.isDirectory(home)) {
            return false;
        }
        if (!runtime.equals("java")) {
            return true;
        }
        boolean complete = Stream.of(
                        Files.readString(home.resolve("out")).strip().split("[:\n]"))
                .allMatch(jar -> Files.exists(Path.of(jar)));
        if (!complete) {
            Scratch.delete(home);
        }
        return complete;
    }

    /** Installs it beside its place, because other tests may be installing it at the same time. */
    private Result install(Path home) throws IOException {
        Files.createDirectories(home.getParent());
        Path work = Files.createTempDirectory(home.getParent(), "installing-");
        try {
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(work.resolve(file.getKey()), file.getValue());
            }
            Result result = Processes.run(work, Map.of("GOBIN", work.toString(), "GOFLAGS", "-modcacherw"), command);
            if (result.exitCode() == 0) {
                Files.writeString(work.resolve("out"), result.out());
                move(work, home);
            }
            return result;
        } finally {
            if (Files.exists(work)) {
                Scratch.delete(work);
            }
        }
    }

    private static void move(Path work, Path home) throws IOException {
        try {
            Files.move(work, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(home)) {
                throw e;
            }
        }
    }
}

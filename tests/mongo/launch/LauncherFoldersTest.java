package mongo.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import support.Eventually;
import support.Scratch;

/** {@code ./migopy} in folders with unusual names, damaged files, no space, or another owner. */
class LauncherFoldersTest {
    private final Path home = Scratch.folder("home");
    private final Map<String, String> environment = new HashMap<>(Map.of("XDG_CACHE_HOME", home.toString()));

    private Launched migopy(Launcher project, String... arguments) {
        return Launched.run(project.folder(), environment, Launcher.command("./migopy", arguments));
    }

    /** Runs it, edits it, and runs it again. */
    private Launched seesAnEdit(Launcher project) {
        migopy(project).exits(0).says("answer first");
        project.answer("other");
        return migopy(project).exits(0).says("answer other");
    }

    @Test
    void editsAreSeenWhateverCharactersThePathHas() {
        var project = Launcher.create("it's a\ttab, [x]* & <y>=\"z\" \\");
        seesAnEdit(project).says("MIGOPY_CACHE null\n");
        project.write("more/Added.java", "class Added { does not compile }");
        Launched broken = migopy(project, "status", "--json").exits(2);
        assertThat(Document.parse(broken.out()).getInteger("exitCode")).isEqualTo(2);
    }

    @Test
    void aPathThatNoClassPathCanContainIsCachedInTheUsersCache() {
        var project = Launcher.create("2026-11-29T18:00");
        seesAnEdit(project).says("MIGOPY_CACHE " + home + "/migopy/");
        project.breakJbang();
        assertThat(migopy(project).exits(0).err()).as("nothing was built").isEmpty();
    }

    @Test
    void aDamagedJarIsRebuiltOnce() throws IOException {
        var project = Launcher.create();
        migopy(project).exits(0);
        Path jar = kept(project, "app.jar");
        try (var file = new RandomAccessFile(jar.toFile(), "rw")) {
            file.setLength(1000);
        }
        migopy(project).exits(0).says("answer first").says("app.jar is damaged");
        FileTime before = Files.getLastModifiedTime(jar);
        Files.write(jar, new byte[(int) Files.size(jar)]);
        Files.setLastModifiedTime(jar, before);
        migopy(project).exits(0).says("answer first").says("app.jar is damaged");
        project.breakJbang();
        assertThat(migopy(project).exits(0).says("answer first").err()).isEmpty();
    }

    @Test
    void aDamagedJarOfALibraryIsNamed() throws IOException {
        var project = Launcher.create();
        Path repository = Scratch.folder("repository");
        Path source = Path.of(System.getProperty("user.home"), ".m2/repository/info/picocli/picocli");
        assumeTrue(Files.isDirectory(source), "another local repository");
        Path copy = Files.createDirectories(repository.resolve("info/picocli"));
        new ProcessBuilder("cp", "-r", source.toString(), copy.toString())
                .start()
                .onExit()
                .join();
        environment.put("JBANG_REPO", repository.toString());
        environment.put("JBANG_CACHE_DIR", Scratch.folder("cache of jbang").toString());
        String entry = Files.readString(project.folder().resolve("migopy.java"));
        project.write("migopy.java", "//DEPS info.picocli:picocli:4.7.7\n" + entry);
        migopy(project).exits(0);
        Path jar = copy.resolve("picocli/4.7.7/picocli-4.7.7.jar");
        try (var file = new RandomAccessFile(jar.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        Launched status = migopy(project, "status", "--json").exits(2);
        assertThat(Document.parse(status.out()).get("error", Document.class).getString("message"))
                .isEqualTo(jar + " is damaged: it is truncated or empty.");
        status.says("rm '" + jar + "'");
    }

    @Test
    void aLockOfAReusedProcessIdDelaysNoRun() throws IOException {
        var project = Launcher.create();
        migopy(project).exits(0);
        Path lock = kept(project, "plan").resolveSibling("building");
        for (String owner : List.of("1", ProcessHandle.current().pid() + " 1 " + host())) {
            Files.delete(lock.resolveSibling("plan"));
            Files.createDirectory(lock);
            Files.writeString(lock.resolve("pid"), owner + "\n");
            assertThat(migopy(project).exits(0).says("answer first").err()).doesNotContain("Waiting for");
        }
        Files.delete(lock.resolveSibling("plan"));
        Files.createDirectory(lock);
        Files.writeString(lock.resolve("pid"), "7 1 another-machine\n");
        var waiting = Launched.start(project.folder(), environment, "", List.of("./migopy"));
        String reported = "Waiting for process 7 on another-machine, which is building migopy.java (at most 300 s). "
                + "If it is dead, remove " + lock + "\n";
        Eventually.until("it reports that it waits", () -> waiting.errSoFar().contains(reported));
        Scratch.delete(lock);
        waiting.ended().exits(0).says("answer first");
    }

    private static String host() throws IOException {
        try (var in = new ProcessBuilder("uname", "-n").start().getInputStream()) {
            return new String(in.readAllBytes()).strip();
        }
    }

    @Test
    void keptFilesAreAccessibleToTheirOwnerOnlyWhateverTheUmask() throws IOException {
        var project = Launcher.create();
        Launched.run(project.folder(), environment, "sh", "-c", "umask 000; ./migopy")
                .exits(0);
        Path cache = project.folder().resolve(".migopy");
        try (Stream<Path> all = Files.walk(cache)) {
            assertThat(all).allSatisfy(path -> assertThat(permissions(path)).endsWith("------"));
        }
        Path state = kept(project, "plan").getParent();
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path planted = Files.writeString(state.resolve("planted"), "");
        migopy(project).exits(0).says("answer first");
        assertThat(planted).as("deleted with everything else").doesNotExist();
        assertThat(permissions(state)).isEqualTo("rwx------");
    }

    @Test
    void theFilesOfARecordedRunAreAccessibleToTheirOwnerOnlyWhateverTheUmask() throws IOException {
        var project = Launcher.create();
        environment.putAll(project.archiving());
        migopy(project, "-h").exits(0);
        var running = Launched.start(
                project.folder(), environment, "", List.of("sh", "-c", "umask 000; exec ./migopy status wait"));
        Eventually.until("the program waits", () -> running.outSoFar().contains("answer"));
        try (Stream<Path> all = Files.list(kept(project, "plan").getParent())) {
            List<Path> files = all.toList();
            assertThat(files)
                    .anyMatch(path -> path.getFileName().toString().equals("tries.status"))
                    .anyMatch(path -> path.getFileName().toString().startsWith("recorded."))
                    .allSatisfy(path -> assertThat(permissions(path)).endsWith("------"));
        }
        running.process().destroy();
        running.ended().exits(143);
    }

    @Test
    void filesOfAnotherUserAreNotUsed() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can change owners");
        var project = Launcher.create();
        migopy(project).exits(0);
        Path cache = project.folder().resolve(".migopy");
        try (Stream<Path> all = Files.walk(cache)) {
            for (Path path : all.toList()) {
                Files.setAttribute(path, "unix:uid", 65534);
            }
        }
        migopy(project).exits(0).says(cache + " cannot be used").says("MIGOPY_CACHE " + home);
        project.breakJbang();
        assertThat(migopy(project).exits(0).says("answer first").err()).isEmpty();
    }

    @Test
    void onAFullDiskTheUsersCacheIsUsed() throws Exception {
        var project = Launcher.create();
        Path cache = Files.createDirectory(project.folder().resolve(".migopy"));
        String mount = "mount -t tmpfs -o size=16k none \"$0\" && cat /dev/zero >\"$0/fill\"";
        new ProcessBuilder("sh", "-c", mount, cache.toString()).start().waitFor();
        assumeTrue(Files.exists(cache.resolve("fill")), "file systems cannot be mounted");
        try {
            migopy(project).exits(0).says("answer first").says("MIGOPY_CACHE " + home);
            project.breakJbang();
            assertThat(migopy(project).exits(0).says("answer first").err()).isEmpty();
        } finally {
            new ProcessBuilder("umount", cache.toString()).start().waitFor();
        }
    }

    @Test
    void theReportOfACrashIsInTheFolderThatGitIgnoresAndHasNoSecretsOfTheEnvironment() throws IOException {
        var project = Launcher.create();
        environment.put("MONGO_PASSWORD", "s3cr3tWord");
        environment.put("MONGO_URI", "mongodb://ada:s3cr3tWord@localhost/app");
        var running = Launched.start(project.folder(), environment, "", List.of("./migopy", "wait"));
        Eventually.until("the program waits", () -> running.outSoFar().contains("answer"));
        new ProcessBuilder("kill", "-SEGV", String.valueOf(running.process().pid())).start();
        Launched crashed = running.ended().exits(134);
        Path report = project.folder().resolve(".migopy/hs_err_pid" + crashed.pid() + ".log");
        assertThat(report).content().contains("SIGSEGV").doesNotContain("s3cr3tWord");
        try (Stream<Path> files = Files.list(project.folder())) {
            assertThat(files).noneMatch(file -> file.getFileName().toString().startsWith("hs_err"));
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static Path kept(Launcher project, String name) throws IOException {
        try (Stream<Path> all = Files.walk(project.folder().resolve(".migopy/launch"))) {
            return all.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
        }
    }
}

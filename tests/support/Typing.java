package support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command on a pseudo-terminal, and somebody who types: waits for a text, then types another. */
public final class Typing {
    private static final long LIMIT_SECONDS = 120;

    /** Python's own module has what Java lacks. */
    private static final String PTY =
            """
            import fcntl, os, pty, select, struct, sys, termios, time
            split = sys.argv.index('--')
            steps, command = sys.argv[1:split], sys.argv[split + 1:]
            pid, fd = pty.fork()
            if pid == 0:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 120, 0, 0))
                os.execvp(command[0], command)
            seen, end, data = 0, time.time() + 100, b''
            def read():
                global data
                if not select.select([fd], [], [], 1)[0]:
                    return time.time() < end
                try:
                    more = os.read(fd, 65536)
                except OSError:
                    return False
                data += more
                return len(more) > 0
            def stop(why):
                sys.stdout.write(data.decode(errors='replace'))
                sys.exit(why)
            for awaited, typed in zip(steps[::2], steps[1::2]):
                while data.find(awaited.encode(), seen) < 0:
                    if not read():
                        stop('it never said ' + awaited)
                seen = data.find(awaited.encode(), seen) + len(awaited)
                os.write(fd, typed.encode())
            while read():
                pass
            stop(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """;

    private Typing() {}

    /**
     * Starts a command of the project's on a terminal.
     *
     * @param steps by twos: what is waited for, what is typed then
     */
    public static Result in(Project project, List<String> steps, String... words) {
        List<String> command = new ArrayList<>(List.of("python3", "-c", PTY));
        command.addAll(steps);
        command.addAll(List.of("--", System.getProperty("java.home") + "/bin/java"));
        String more = System.getenv("MIGOPY_TEST_JAVA_OPTIONS");
        if (more != null) {
            command.addAll(List.of(more.split(" ")));
        }
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(ProgramMain.class.getName());
        command.addAll(List.of(words));
        Path out = project.folder().resolve("terminal");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(project.folder().toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile());
        builder.environment().put("MIGOPY_HOME", project.folder().toString());
        builder.environment().put("MONGO_URI", project.server().uri());
        builder.environment().put("TERM", "xterm");
        builder.environment().put("LC_ALL", "C.UTF-8");
        try {
            Process process = builder.start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            String said = Files.readString(out, StandardCharsets.UTF_8);
            return new Result(String.join(" ", words), process.waitFor(), said, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

package support;

import java.util.ArrayList;
import java.util.List;

/** Runs a command on a pseudo-terminal, waits for texts and types answers. */
public final class PseudoTerminal {
    /** Python has a module for pseudo-terminals; Java does not. */
    private static final String PTY = """
        import fcntl, os, pty, select, struct, sys, termios, time
        split = sys.argv.index('--')
        columns, steps, command = int(sys.argv[1]), sys.argv[2:split], sys.argv[split + 1:]
        os.environ.setdefault("TERM", "xterm")
        pid, fd = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, columns, 0, 0))
            os.execvp(command[0], command)
        seen, end, data = 0, time.time() + 80, b''
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
                    stop('it never printed ' + awaited)
            seen = data.find(awaited.encode(), seen) + len(awaited)
            os.write(fd, typed.encode())
        while read():
            pass
        stop(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """;

    private PseudoTerminal() {}

    /**
     * Runs a command on a terminal of so many columns and waits for its end; the terminal's content is its standard
     * output.
     *
     * @param steps pairs: the text to wait for, the text to type then
     */
    public static Result run(Project project, int columns, List<String> steps, String... arguments) {
        return project.start(command -> around(command, columns, steps), List.of(), arguments)
                .ended();
    }

    /** Returns the command that runs another one on such a terminal. */
    public static List<String> around(List<String> command, int columns, List<String> steps) {
        List<String> all = new ArrayList<>(List.of("python3", "-c", PTY));
        all.add(Integer.toString(columns));
        all.addAll(steps);
        all.add("--");
        all.addAll(command);
        return all;
    }
}

package migopy.fix;

import com.sun.source.util.JavacTask;
import com.sun.source.util.Plugin;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.tools.JavaFileObject;

/**
 * Hears from the compiler what JShell's prompt evaluates. The prompt itself reports that nowhere:
 * its history lacks lines, and is known only when it ends.
 *
 * <p>A snippet is parsed as it stands, while the compiler completes it and when it is evaluated;
 * all later sources are classes that JShell makes of it.
 */
public final class ShellPlugin implements Plugin {
    /** By this name the prompt asks for it. */
    static final String NAME = "migopy";

    /** Part of the names of the classes that JShell makes. */
    private static final String MADE = "REPL";

    /** Made by the service loader. */
    public ShellPlugin() {}

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public void init(JavacTask task, String... arguments) {
        if (Thread.currentThread().getContextClassLoader() instanceof ShellLoader shell) {
            task.addTaskListener(new TaskListener() {
                @Override
                public void started(TaskEvent event) {
                    heard(event, shell.record());
                }
            });
        }
    }

    private static void heard(TaskEvent event, ShellRecord record) {
        JavaFileObject source = event.getSourceFile();
        if (event.getKind() != TaskEvent.Kind.PARSE) {
            return;
        }
        if (source.getName().contains(MADE)) {
            record.made();
            return;
        }
        try {
            record.parsed(source.getCharContent(true).toString(), evaluates());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // The source is a text in memory.
        }
    }

    private static boolean evaluates() {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(one -> one.getClassName().equals("jdk.jshell.JShell")
                        && one.getMethodName().equals("eval")));
    }
}

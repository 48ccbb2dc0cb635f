package migopy.fix;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.function.Consumer;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/**
 * Runs JShell's snippets in this JVM and in the calling thread, so that they share {@code db()},
 * are captured, and can be interrupted. JShell's own way would be a JVM beside this one.
 */
final class LocalExecution extends DirectExecutionControl {
    private final SnippetClasses classes;
    private final Way way;
    private final Consumer<Throwable> ended;
    private final Runnable stuck;
    private Thread running;
    private boolean interrupted;

    /** What is done with a snippet. */
    enum Way {
        /** Only compile: nothing is called. */
        DRY,
        /** Call it; documents are its value, as JSON. */
        CALL,
        /** Call it; documents are printed, because JShell's prompt cuts long values. */
        PRINT
    }

    /**
     * @param ended is told after each snippet what it has thrown, or null
     * @param stuck called when a snippet that was interrupted is to stop once more
     */
    LocalExecution(SnippetClasses classes, Way way, Consumer<Throwable> ended, Runnable stuck) {
        super(classes);
        this.classes = classes;
        this.way = way;
        this.ended = ended;
        this.stuck = stuck;
    }

    /** What JShell asks for an execution. */
    static ExecutionControlProvider provider(Way way, Consumer<Throwable> ended) {
        return new ExecutionControlProvider() {
            @Override
            public String name() {
                return "migopy";
            }

            @Override
            public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
                return new LocalExecution(new SnippetClasses(), way, ended, () -> {});
            }
        };
    }

    @Override
    protected String invoke(Method method) throws Exception {
        if (way == Way.DRY) {
            return "";
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes.loader());
        running(thread);
        try {
            String shown = shown(method.invoke(null));
            ended.accept(null);
            return shown;
        } catch (InvocationTargetException e) {
            ended.accept(e.getCause());
            throw e;
        } finally {
            running(null);
            thread.setContextClassLoader(before);
        }
    }

    private String shown(Object value) throws InvocationTargetException {
        try {
            String json = ShownValue.of(value);
            if (json == null) {
                return valueString(value);
            }
            if (way == Way.CALL) {
                return json;
            }
            System.out.println(json);
            return value.getClass().getSimpleName();
        } catch (RuntimeException e) {
            // A query that is only looked at now, and fails now, is the snippet's failure.
            throw new InvocationTargetException(e);
        }
    }

    private synchronized void running(Thread thread) {
        running = thread;
        interrupted = false;
    }

    /** Ctrl-C at the prompt: it interrupts the driver's calls; a loop needs a second one. */
    @Override
    public void stop() {
        if (interruptsFirst()) {
            return;
        }
        stuck.run();
    }

    private synchronized boolean interruptsFirst() {
        if (running == null || interrupted) {
            return running == null;
        }
        running.interrupt();
        interrupted = true;
        return true;
    }

    @Override
    public String varValue(String className, String name)
            throws RunException, EngineTerminationException, InternalException {
        return way == Way.DRY ? "" : super.varValue(className, name);
    }
}

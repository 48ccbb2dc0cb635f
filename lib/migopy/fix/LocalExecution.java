package migopy.fix;

import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs JShell's snippets in this JVM and in the calling thread, so that they share {@code db()},
 * are captured, and can be interrupted. JShell's own way would be a JVM beside this one.
 */
final class LocalExecution extends DirectExecutionControl {
    private final SnippetClasses classes;
    private final boolean dry;
    private final Consumer<Throwable> ended;

    private LocalExecution(SnippetClasses classes, boolean dry, Consumer<Throwable> ended) {
        super(classes);
        this.classes = classes;
        this.dry = dry;
        this.ended = ended;
    }

    /**
     * What JShell asks for an execution.
     *
     * @param dry only compile: nothing is called
     * @param ended is told after each snippet what it has thrown, or null
     */
    static ExecutionControlProvider provider(boolean dry, Consumer<Throwable> ended) {
        return new ExecutionControlProvider() {
            @Override
            public String name() {
                return "migopy";
            }

            @Override
            public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
                return new LocalExecution(new SnippetClasses(), dry, ended);
            }
        };
    }

    @Override
    protected String invoke(Method method) throws Exception {
        if (dry) {
            return "";
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes.loader());
        try {
            String shown = shown(method.invoke(null));
            ended.accept(null);
            return shown;
        } catch (InvocationTargetException e) {
            ended.accept(e.getCause());
            throw e;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static String shown(Object value) throws InvocationTargetException {
        try {
            String json = ShownValue.of(value);
            return json == null ? valueString(value) : json;
        } catch (RuntimeException e) {
            // A query that is only looked at now, and fails now, is the snippet's failure.
            throw new InvocationTargetException(e);
        }
    }

    @Override
    public String varValue(String className, String name)
            throws RunException, EngineTerminationException, InternalException {
        return dry ? "" : super.varValue(className, name);
    }
}

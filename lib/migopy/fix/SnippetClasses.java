package migopy.fix;

import java.util.HashMap;
import java.util.Map;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import jdk.jshell.spi.ExecutionControl.ClassInstallException;
import jdk.jshell.spi.ExecutionControl.InternalException;

/** The classes that JShell makes of snippets, beside the library's own. */
final class SnippetClasses implements LoaderDelegate {
    private final Loader loader = new Loader();

    private static final class Loader extends ClassLoader {
        private final Map<String, byte[]> classes = new HashMap<>();

        Loader() {
            super("migopy-snippets", SnippetClasses.class.getClassLoader());
        }

        @Override
        protected synchronized Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = classes.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }

        synchronized void put(ClassBytecodes[] made) {
            for (ClassBytecodes one : made) {
                classes.put(one.name(), one.bytecodes());
            }
        }
    }

    ClassLoader loader() {
        return loader;
    }

    @Override
    public void load(ClassBytecodes[] made) throws ClassInstallException {
        loader.put(made);
        boolean[] installed = new boolean[made.length];
        try {
            for (int i = 0; i < made.length; i++) {
                // With its methods' types, so that what is missing is missed here.
                loader.loadClass(made[i].name()).getDeclaredMethods();
                installed[i] = true;
            }
        } catch (ClassNotFoundException | LinkageError e) {
            throw new ClassInstallException(String.valueOf(e), installed);
        }
    }

    @Override
    public void classesRedefined(ClassBytecodes[] redefined) {
        loader.put(redefined);
    }

    @Override
    public void addToClasspath(String path) throws InternalException {
        throw new InternalException("the class path is that of migopy.java; add //DEPS there");
    }

    @Override
    public Class<?> findClass(String name) throws ClassNotFoundException {
        return loader.loadClass(name);
    }
}

package migopy.files;

import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.files.Javac.Unit;

/**
 * The loader of one migration's classes and resources: its own first, whatever the class path has
 * of the same name.
 */
final class MigrationLoader extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    private final Map<String, byte[]> classes;
    private final Map<String, Path> resources;

    MigrationLoader(Unit unit, Map<String, byte[]> classes, ClassLoader parent) {
        super(unit.name(), withDependencies(unit.dependencies(), parent));
        this.classes = classes;
        this.resources = unit.resources();
    }

    private static ClassLoader withDependencies(List<Path> jars, ClassLoader parent) {
        if (jars.isEmpty()) {
            return parent;
        }
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = url(jars.get(i));
        }
        // Never closed: a thread that the migration has left behind may still load from it.
        return new DependencyLoader(urls, parent);
    }

    /**
     * The jars of a migration's {@code //DEPS}. The project's classes come first, but for slf4j
     * where only the migration brings a logging library: slf4j looks for one beside its own
     * classes.
     */
    private static final class DependencyLoader extends URLClassLoader {
        private static final String SLF4J = "org.slf4j.";
        private static final String LOGGING_LIBRARY = "META-INF/services/org.slf4j.spi.SLF4JServiceProvider";

        private final boolean ownLogging;

        DependencyLoader(URL[] urls, ClassLoader parent) {
            super(urls, parent);
            this.ownLogging = findResource(LOGGING_LIBRARY) != null && parent.getResource(LOGGING_LIBRARY) == null;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!ownLogging || !name.startsWith(SLF4J) || findResource(name.replace('.', '/') + ".class") == null) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException("A file's URI is always a URL", e);
        }
    }

    @Override
    public URL getResource(String name) {
        Path own = resources.get(name);
        return own == null ? super.getResource(name) : url(own);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        Path own = resources.get(name);
        if (own == null) {
            return super.getResources(name);
        }
        List<URL> all = new ArrayList<>(List.of(url(own)));
        all.addAll(Collections.list(super.getResources(name)));
        return Collections.enumeration(all);
    }

    /** The names of the migration's own classes. */
    Set<String> names() {
        return classes.keySet();
    }

    /** Returns the class file of a class that this loader loads, or null if there is none. */
    byte[] classFile(String name) throws IOException {
        byte[] own = classes.get(name);
        if (own != null) {
            return own;
        }
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            return in == null ? null : in.readAllBytes();
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        byte[] bytes = classes.get(name);
        if (bytes == null) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? defineClass(name, bytes, 0, bytes.length) : loaded;
        }
    }
}

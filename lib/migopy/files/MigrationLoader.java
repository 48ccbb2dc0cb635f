package migopy.files;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
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

/** Loads the classes and resources of one migration, which precede those of the same name on the class path. */
final class MigrationLoader extends ClassLoader {
    /** The tag of a text in the constants of a class file. */
    static final int CONSTANT_UTF8 = 1;

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
        // Never closed: a thread that the migration has started may still load classes.
        return new DependencyLoader(urls, parent);
    }

    /**
     * Loads the jars of a migration's {@code //DEPS}. The project's classes come first, except for
     * slf4j if only the migration has a logging library, since slf4j searches one with its own class
     * loader.
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

    /** Returns the names of the migration's own classes. */
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

    /** Returns a class file whose classes have moved from a package to the unnamed one. */
    static byte[] withoutPackage(byte[] classFile, String packageName) throws IOException {
        String prefix = packageName + "/";
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(classFile.length);
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(in.readNBytes(8)); // magic number and version
        int size = in.readUnsignedShort();
        out.writeShort(size);
        for (int i = 1; i < size; i++) {
            int tag = in.readUnsignedByte();
            out.writeByte(tag);
            if (tag == CONSTANT_UTF8) {
                out.writeUTF(in.readUTF().replace(prefix, ""));
                continue;
            }
            int length = lengthOfConstant(tag);
            out.write(in.readNBytes(length));
            i += length == Long.BYTES ? 1 : 0; // long and double take two entries
        }
        in.transferTo(out);
        return bytes.toByteArray();
    }

    /** Returns the bytes of a constant in a class file, other than text, after its tag. */
    static int lengthOfConstant(int tag) {
        return switch (tag) {
            case 5, 6 -> Long.BYTES;
            case 7, 8, 16, 19, 20 -> 2;
            case 15 -> 3;
            default -> 4;
        };
    }
}

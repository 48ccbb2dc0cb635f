package migopy.fix;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import jdk.jshell.spi.ExecutionControlProvider;

/**
 * Shows JShell's prompt our execution as a service: a file under META-INF would have to come along
 * with every way in which the library is put on a class path.
 */
final class ShellLoader extends ClassLoader {
    private static final String SERVICE = "META-INF/services/" + ExecutionControlProvider.class.getName();

    private final ShellRecord record;

    ShellLoader(ShellRecord record) {
        super("migopy-shell", ShellLoader.class.getClassLoader());
        this.record = record;
    }

    /** The record of the prompt that asks for the service. */
    ShellRecord record() {
        return record;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        return name.equals(SERVICE)
                ? Collections.enumeration(List.of(new URL(null, "migopy:shell", new Names())))
                : super.getResources(name);
    }

    private static final class Names extends URLStreamHandler {
        @Override
        protected URLConnection openConnection(URL url) {
            return new URLConnection(url) {
                @Override
                public void connect() {}

                @Override
                public InputStream getInputStream() {
                    return new ByteArrayInputStream(
                            ShellExecutionProvider.class.getName().getBytes(StandardCharsets.UTF_8));
                }
            };
        }
    }
}

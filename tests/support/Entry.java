package support;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A project's migopy.java with the helpers that it uses.
 *
 * @param members the class body, may be empty
 * @param helpers sources beside it, by file name
 */
record Entry(String members, Map<String, String> helpers) {
    private static final String FOR_TESTS = """
        private final Map<String, String> given;
        public migopy(Map<String, String> given) { this.given = given; }
        @Override protected Map<String, String> environment() { return given; }
        public static int runIn(
                Map<String, String> given, java.io.PrintStream out, java.io.PrintStream err, String... args) {
            return new migopy(given).run(out, err, args);
        }
        public migopy() { this(System.getenv()); }
        """;

    Entry {
        helpers = Map.copyOf(helpers);
    }

    Entry withHelper(String file, String text) {
        Map<String, String> more = new LinkedHashMap<>(helpers);
        more.put(file, text);
        return new Entry(members, more);
    }

    /** Returns the text of migopy.java as a user would write it. */
    String text() {
        return text("");
    }

    private String text(String more) {
        return """
            ///usr/bin/env jbang "$0" "$@" ; exit $?
            //JAVA 17+
            //SOURCES %s/lib/migopy/MigrationsManager.java
            import java.io.*;
            import java.net.URI;
            import java.net.http.*;
            import java.nio.file.*;
            import java.nio.file.attribute.*;
            import java.time.Duration;
            import java.util.*;
            import migopy.MigopyException;
            import migopy.MigrationsManager;
            import migopy.RunReport;
            import migopy.StepReport;
            import migopy.lint.LintRules;
            import org.bson.Document;
            import picocli.CommandLine.Command;

            public class migopy extends MigrationsManager {
                %s
                %s
                public static void main(String... args) {
                    System.exit(new migopy().run(args));
                }
            }
            """.formatted(Checkout.root(), members, more);
    }

    private Path classes(String text) {
        Map<String, String> sources = new LinkedHashMap<>(helpers);
        sources.put("migopy.java", text);
        return EntryClasses.compiled(sources);
    }

    /** Returns the folder with the compiled classes, for a separate JVM. */
    Path classes() {
        return classes(text());
    }

    /** Runs it in this JVM with an environment of the test's; returns the exit code. */
    int run(Map<String, String> environment, PrintStream out, PrintStream err, String... arguments) {
        if (members.isEmpty()) {
            return new ProjectEntry(environment).run(out, err, arguments);
        }
        try {
            URL[] classes = {classes(text(FOR_TESTS)).toUri().toURL()};
            try (var loader = new URLClassLoader(classes, getClass().getClassLoader())) {
                Method run = loader.loadClass("migopy")
                        .getMethod("runIn", Map.class, PrintStream.class, PrintStream.class, String[].class);
                return (int) run.invoke(null, environment, out, err, arguments);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("the test's own migopy.java", e);
        }
    }
}

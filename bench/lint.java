///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS org.mongodb:mongodb-driver-sync:5.14.0
//DEPS org.slf4j:slf4j-nop:2.0.20
//SOURCES ../lib/migopy/MigrationsManager.java

import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import migopy.files.MigrationFile;
import migopy.files.MigrationSource;
import migopy.lint.LintRules;
import migopy.lint.Linter;
import migopy.report.Finding;

/**
 * Counts what the rules of {@code lint} find in folders of Java sources, such as the migrations of other tools, and lists the
 * hits, to be reviewed: {@code jbang bench/lint.java FOLDER...}. Classes that are not on the class path may be missing.
 */
class lint {
    /** Methods of other tools and what they are here. */
    private static final Map<String, String> METHODS = Map.of(
            "(@Execution\\s+public\\s+void\\s+)\\w+(?=\\()", "$1up",
            "(@RollbackExecution\\s+public\\s+void\\s+)\\w+(?=\\()", "$1down",
            "(public\\s+(?:void|boolean)\\s+)(?:upgrade|applyUpgrade)(?=\\(\\))", "$1up");

    /** Classes of other projects that lead to the driver, with the methods that do. */
    private static final Map<String, String> LEADING =
            Map.of("MongoTemplate", """
                package org.springframework.data.mongodb.core;

                public interface MongoTemplate {
                    com.mongodb.client.MongoCollection<org.bson.Document> getCollection(String name);

                    com.mongodb.client.MongoDatabase getDb();
                }
                """, "MongoConnection", """
                package org.graylog2.database;

                public interface MongoConnection {
                    com.mongodb.client.MongoDatabase getMongoDatabase();
                }
                """, "MongoUpgrader", """
                package io.gravitee.repository.mongodb.management.upgrade.upgrader.common;

                public abstract class MongoUpgrader {
                    protected com.mongodb.client.MongoCollection<org.bson.Document> getCollection(String name) {
                        throw new UnsupportedOperationException(name);
                    }
                }
                """);

    private final Map<String, Integer> hits = new TreeMap<>();
    private int files;
    private int usingTheDriver;

    public static void main(String... folders) throws IOException {
        lint bench = new lint();
        for (String folder : folders) {
            try (Stream<Path> all = Files.walk(Path.of(folder))) {
                for (Path file : all.filter(one -> one.toString().endsWith(".java"))
                        .sorted()
                        .toList()) {
                    bench.check(file);
                }
            }
        }
        System.out.printf(Locale.ROOT, "%d files, %d of them use the driver%n", bench.files, bench.usingTheDriver);
        bench.hits.forEach((rule, number) -> System.out.println(rule + "  " + number));
    }

    private void check(Path file) throws IOException {
        files++;
        String text = Files.readString(file);
        if (!text.contains("getCollection(")
                && !text.contains("backfill(")
                && !text.contains("MongoCollection")
                && !text.contains("MongoDatabase")) {
            return;
        }
        usingTheDriver++;
        for (Map.Entry<String, String> method : METHODS.entrySet()) {
            text = text.replaceAll(method.getKey(), method.getValue());
        }
        String name = file.getFileName().toString().replace(".java", "");
        MigrationSource source = MigrationSource.of(new MigrationFile(1, name, file), text);
        Linter linter = new Linter(new LintRules().targetVersion("5.0"));
        List<JavaFileObject> sources = new ArrayList<>(List.of(source(name, text)));
        LEADING.forEach((leading, code) -> sources.add(source(leading, code)));
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(
                        null,
                        null,
                        problem -> {},
                        List.of("-proc:none", "-implicit:none", "-Xlint:none", "-XDshould-stop.ifError=FLOW"),
                        null,
                        sources);
        task.addTaskListener(new TaskListener() {
            @Override
            public void finished(TaskEvent event) {
                if (event.getKind() == TaskEvent.Kind.ANALYZE
                        && event.getSourceFile().getName().endsWith(name + ".java")
                        && Trees.instance(task).getPath(event.getTypeElement()) != null) {
                    linter.analyzed(source, task, event.getCompilationUnit(), event.getTypeElement());
                }
            }
        });
        List<Object> ignored = new ArrayList<>();
        task.analyze().forEach(ignored::add);
        for (Finding finding : linter.findings(source)) {
            hits.merge(finding.rule(), 1, Integer::sum);
            System.out.printf(
                    "%s:%s  %s  %s%n    %s%n", file, finding.line(), finding.rule(), finding.message(), finding.code());
        }
    }

    private static JavaFileObject source(String name, String text) {
        return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }

            @Override
            public boolean isNameCompatible(String simpleName, Kind kind) {
                return kind == Kind.SOURCE;
            }
        };
    }
}

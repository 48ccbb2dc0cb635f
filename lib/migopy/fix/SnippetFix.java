package migopy.fix;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoDatabase;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet.Status;
import jdk.jshell.Snippet.SubKind;
import jdk.jshell.SnippetEvent;
import migopy.Problem;
import migopy.files.CompiledMigration;
import migopy.files.MigrationSource;
import migopy.files.SourceCompiler;
import migopy.fix.FixReader.FixSource;
import migopy.fix.FixReader.InvalidFix;
import migopy.fix.Snippets.Snippet;
import migopy.journal.Fixes;
import migopy.run.FixRunner.Fix;

/** A fix made of JShell lines. All of them are compiled before the first one runs, by a JShell that calls nothing. */
final class SnippetFix implements Fix {
    /**
     * The imports before the first line of JShell. Static helpers of two classes only, since
     * others have methods of the same names, such as {@code elemMatch}.
     */
    static final List<String> IMPORTS = Stream.of(
                    "java.math.*",
                    "java.nio.file.*",
                    "java.time.*",
                    "java.util.*",
                    "java.util.function.*",
                    "java.util.stream.*",
                    "com.mongodb.client.*",
                    "com.mongodb.client.model.*",
                    "org.bson.*",
                    "org.bson.conversions.*",
                    "org.bson.types.*",
                    "static com.mongodb.client.model.Filters.*",
                    "static com.mongodb.client.model.Updates.*",
                    "static migopy.Migration.backfill",
                    "static migopy.Migration.client",
                    "static migopy.Migration.db",
                    "static migopy.Migration.log")
            .map(name -> "import " + name + ";")
            .toList();

    private static final Set<SubKind> WITH_RESULT =
            Set.of(SubKind.TEMP_VAR_EXPRESSION_SUBKIND, SubKind.VAR_VALUE_SUBKIND, SubKind.OTHER_EXPRESSION_SUBKIND);

    /** The class that JShell makes of a snippet, with the snippet's number. */
    private static final Pattern SNIPPET_CLASS = Pattern.compile("REPL\\.\\$JShell\\$(\\d+).*");

    private final String name;
    private final Fixes.Code code;
    private final List<Snippet> snippets;
    private final Map<String, Snippet> byId = new HashMap<>();
    private Snippet current;
    private Throwable thrown;
    private JShellException located;

    private SnippetFix(String name, Fixes.Code code, List<Snippet> snippets) {
        this.name = name;
        this.code = code;
        this.snippets = snippets;
    }

    /**
     * Splits a text into snippets and compiles them.
     *
     * @throws InvalidFix if one does not compile, or there is none
     */
    static SnippetFix compiled(FixSource source) throws InvalidFix {
        String name = source.name();
        try (JShell shell = shell(LocalExecution.Way.DRY, thrown -> {})) {
            List<Snippet> snippets = Snippets.of(name, source.text(), false, shell.sourceCodeAnalysis());
            if (snippets.isEmpty()) {
                throw invalid(name, name + " contains nothing to run", "");
            }
            compile(name, snippets, shell);
            Fixes.Code code = new Fixes.Code(
                    Fixes.FixKind.JSHELL, source.typed(), source.text(), MigrationSource.checksum(source.text()));
            return new SnippetFix(name, code, snippets);
        }
    }

    private static JShell shell(LocalExecution.Way way, Consumer<Throwable> ended) {
        return shell(way, ended, null);
    }

    /**
     * Starts a JShell that has the library's class path and {@link #IMPORTS}.
     *
     * @param ended receives after each snippet what it has thrown, or null
     * @param results the names of results; null for JShell's own
     */
    static JShell shell(LocalExecution.Way way, Consumer<Throwable> ended, Supplier<String> results) {
        JShell shell = JShell.builder()
                .executionEngine(LocalExecution.provider(way, ended), Map.of())
                .compilerOptions("-classpath", SourceCompiler.classPath())
                .tempVariableNameGenerator(results)
                .build();
        IMPORTS.forEach(shell::eval);
        return shell;
    }

    private static void compile(String name, List<Snippet> snippets, JShell shell) throws InvalidFix {
        Map<DeclarationSnippet, Snippet> declared = new HashMap<>();
        for (Snippet snippet : snippets) {
            for (SnippetEvent event : shell.eval(snippet.source())) {
                if (event.causeSnippet() != null) {
                    continue; // an earlier one, which this one has completed
                }
                if (event.status() == Status.REJECTED) {
                    throw rejected(
                            name, snippet, shell.diagnostics(event.snippet()).toList());
                }
                if (event.snippet() instanceof DeclarationSnippet declaration) {
                    declared.put(declaration, snippet);
                }
            }
        }
        for (Map.Entry<DeclarationSnippet, Snippet> one : declared.entrySet()) {
            Status status = shell.status(one.getKey());
            if (status == Status.RECOVERABLE_DEFINED || status == Status.RECOVERABLE_NOT_DEFINED) {
                String missing =
                        shell.unresolvedDependencies(one.getKey()).findFirst().orElse("a name in this declaration");
                int line = one.getValue().line();
                throw invalid(
                        name,
                        "%s:%d: undefined: %s".formatted(name, line, missing),
                        one.getValue().textOf(line));
            }
        }
    }

    private static InvalidFix rejected(String name, Snippet snippet, List<Diag> diagnostics) {
        Diag error = diagnostics.stream().filter(Diag::isError).findFirst().orElse(diagnostics.get(0));
        int line = snippet.lineAt(error.getPosition());
        String message = error.getMessage(Locale.ENGLISH).lines().findFirst().orElse("");
        return invalid(
                name,
                "%s:%d: %s".formatted(name, line, message),
                snippet.textOf(line).strip());
    }

    private static InvalidFix invalid(String name, String message, String line) {
        return new InvalidFix(new Problem(
                Problem.ProblemKind.NOT_COMPILABLE,
                name,
                message,
                "Fix it, then run the command again; nothing was executed",
                line.isEmpty() ? List.of() : List.of(line)));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Fixes.Code code() {
        return code;
    }

    @Override
    public boolean transactional() {
        return false;
    }

    /** Runs the snippets one after the other, in a new JShell: a transaction may be tried again. */
    @Override
    public void call(MongoDatabase database, ClientSession session) throws Throwable {
        try (JShell shell = shell(LocalExecution.Way.CALL, this::ended)) {
            for (Snippet snippet : snippets) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("stopped before line " + snippet.line());
                }
                evaluate(snippet, shell);
            }
        }
    }

    private void evaluate(Snippet snippet, JShell shell) throws Throwable {
        current = snippet;
        ended(null);
        for (SnippetEvent event : shell.eval(snippet.source())) {
            byId.put(event.snippet().id(), snippet);
            if (event.exception() != null) {
                located = event.exception();
                throw thrown == null ? event.exception() : thrown;
            }
            if (event.status() == Status.REJECTED) {
                throw new IllegalStateException("%s:%d no longer compiles".formatted(name, snippet.line()));
            }
            boolean result = WITH_RESULT.contains(event.snippet().subKind());
            if (result && event.value() != null && !event.value().isBlank()) {
                System.out.println(event.value());
            }
        }
    }

    private void ended(Throwable how) {
        thrown = how;
        located = null;
    }

    @Override
    public List<String> framesOf(Throwable other) {
        Set<Integer> lines = new LinkedHashSet<>();
        boolean known = located != null && (other == thrown || other == located);
        StackTraceElement[] stack = known ? located.getStackTrace() : other.getStackTrace();
        Stream.of(stack)
                .map(known ? this::located : this::approximately)
                .filter(line -> line > 0)
                .limit(CompiledMigration.FRAME_LIMIT)
                .forEach(lines::add);
        if (lines.isEmpty() && current != null) {
            lines.add(current.line()); // a query that fails while its result is printed
        }
        return MigrationSource.frames(name, code.source(), lines);
    }

    /** Returns the line of a frame of JShell's, whose file is {@code #} and the snippet's id. */
    private int located(StackTraceElement frame) {
        String file = frame.getFileName();
        Snippet snippet = file == null || !file.startsWith("#") ? null : byId.get(file.substring(1));
        return snippet == null ? 0 : snippet.lineInFile(frame.getLineNumber());
    }

    /** Returns the snippet's first line for a frame of the JVM's, whose line is one of the generated class. */
    private int approximately(StackTraceElement frame) {
        Matcher made = SNIPPET_CLASS.matcher(frame.getClassName());
        // The id of the current snippet is known only after it has run.
        Snippet snippet = made.matches() ? byId.getOrDefault(made.group(1), current) : null;
        return snippet == null ? 0 : snippet.line();
    }
}

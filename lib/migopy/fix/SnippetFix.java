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
import migopy.journal.Fixes;
import migopy.run.Fix;

/**
 * JShell's lines. All of them are compiled before the first is run, by a JShell that calls nothing.
 */
final class SnippetFix implements Fix {
    private static final Set<SubKind> WITH_RESULT =
            Set.of(SubKind.TEMP_VAR_EXPRESSION_SUBKIND, SubKind.VAR_VALUE_SUBKIND, SubKind.OTHER_EXPRESSION_SUBKIND);

    /** The class that JShell makes of a snippet; its number is the snippet's. */
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

    /** Takes a text apart and compiles it. */
    static FixReader.Reading read(FixSource source) {
        try (JShell shell = shell(LocalExecution.Way.DRY, thrown -> {})) {
            Snippets.Reading reading = Snippets.of(source.name(), source.text(), shell.sourceCodeAnalysis());
            if (reading instanceof Snippets.Reading.Bad bad) {
                return new FixReader.Reading.Bad(bad.problem());
            }
            List<Snippet> snippets = ((Snippets.Reading.Good) reading).snippets();
            Problem problem = snippets.isEmpty()
                    ? problem(source.name(), source.name() + " has nothing to run", "")
                    : compile(source.name(), snippets, shell);
            if (problem != null) {
                return new FixReader.Reading.Bad(problem);
            }
            Fixes.Code code = new Fixes.Code(
                    Fixes.Kind.JSHELL, source.typed(), source.text(), MigrationSource.checksum(source.text()));
            return new FixReader.Reading.Good(new SnippetFix(source.name(), code, snippets));
        }
    }

    private static JShell shell(LocalExecution.Way way, Consumer<Throwable> ended) {
        return shell(way, ended, null);
    }

    /**
     * @param results names of results; null for JShell's own
     */
    static JShell shell(LocalExecution.Way way, Consumer<Throwable> ended, Supplier<String> results) {
        JShell shell = JShell.builder()
                .executionEngine(LocalExecution.provider(way, ended), Map.of())
                .compilerOptions("-classpath", SourceCompiler.classPath())
                .tempVariableNameGenerator(results)
                .build();
        Prelude.IMPORTS.forEach(shell::eval);
        return shell;
    }

    /** What does not compile first, or null. */
    private static Problem compile(String name, List<Snippet> snippets, JShell shell) {
        Map<DeclarationSnippet, Snippet> declared = new HashMap<>();
        for (Snippet snippet : snippets) {
            for (SnippetEvent event : shell.eval(snippet.source())) {
                if (event.causeSnippet() != null) {
                    continue; // an earlier one, that this one has completed
                }
                if (event.status() == Status.REJECTED) {
                    return rejected(
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
                        shell.unresolvedDependencies(one.getKey()).findFirst().orElse("something");
                return problem(
                        name,
                        "%s:%d: it uses %s, which is nowhere"
                                .formatted(name, one.getValue().line(), missing),
                        one.getValue().textOf(one.getValue().line()));
            }
        }
        return null;
    }

    private static Problem rejected(String name, Snippet snippet, List<Diag> diagnostics) {
        Diag error = diagnostics.stream().filter(Diag::isError).findFirst().orElse(diagnostics.get(0));
        int line = snippet.lineAt(error.getPosition());
        String message = error.getMessage(Locale.ENGLISH).lines().findFirst().orElse("");
        return problem(
                name,
                "%s:%d: %s".formatted(name, line, message),
                snippet.textOf(line).strip());
    }

    private static Problem problem(String name, String message, String line) {
        return new Problem(
                Problem.Kind.NOT_COMPILABLE,
                name,
                message,
                "Mend it, then start again; nothing was run",
                line.isEmpty() ? List.of() : List.of(line));
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

    /** Runs one after the other; each call begins with none of the earlier one's variables. */
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
                throw new IllegalStateException("%s:%d can no longer be compiled".formatted(name, snippet.line()));
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
            lines.add(current.line()); // a query that fails while it is shown
        }
        return MigrationSource.frames(name, code.source(), lines);
    }

    /** A frame as JShell tells it: the file is {@code #} and the snippet's id. */
    private int located(StackTraceElement frame) {
        String file = frame.getFileName();
        Snippet snippet = file == null || !file.startsWith("#") ? null : byId.get(file.substring(1));
        return snippet == null ? 0 : snippet.lineInFile(frame.getLineNumber());
    }

    /** A frame as the JVM tells it: its line is one of the class that JShell made. */
    private int approximately(StackTraceElement frame) {
        Matcher made = SNIPPET_CLASS.matcher(frame.getClassName());
        // What is under way has no id that is known yet.
        Snippet snippet = made.matches() ? byId.getOrDefault(made.group(1), current) : null;
        return snippet == null ? 0 : snippet.line();
    }
}

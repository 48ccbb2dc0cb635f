package migopy.fix;

import jdk.jshell.JShell;
import jdk.jshell.Snippet.Kind;
import jdk.jshell.Snippet.SubKind;

import migopy.MigopyException;
import migopy.console.FixRecord;
import migopy.files.NewMigration;
import migopy.journal.Fixes;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes a migration's text of a recorded fix, so that other environments get it as a migration. */
public final class FixMigration implements NewMigration.Text {
    /** What a file of its own folder begins with, and one in the migrations' folder otherwise. */
    private static final Pattern OWN_HEADER =
            Pattern.compile("(?m)^(///usr/bin/env jbang .*|//DEPS\\s+\\S+\\.java\\s*)\\R");

    private static final String INDENT = "    ";

    private final FixRecord fix;

    /** What JShell's lines become. */
    private static final class Parts {
        private final Set<String> imports = new LinkedHashSet<>(Prelude.IMPORTS);
        private final List<String> members = new ArrayList<>();
        private final List<String> body = new ArrayList<>();
    }

    /**
     * @param fix with its source
     * @throws MigopyException refused, if the record has no source
     */
    public FixMigration(FixRecord fix) {
        if (fix.source() == null || fix.source().isBlank()) {
            throw MigopyException.refused(
                    "The record of " + fix.run() + " has no source", "Write it anew: create WORDS");
        }
        this.fix = fix;
    }

    /**
     * The text.
     *
     * @throws MigopyException refused, if its lines cannot be taken apart
     */
    @Override
    public String of(String header, String className) {
        return Fixes.Kind.JAVA.word().equals(fix.kind())
                ? header + OWN_HEADER.matcher(fix.source()).replaceAll("").stripLeading()
                : ofLines(header, className);
    }

    private String ofLines(String header, String className) {
        Parts parts = new Parts();
        // A shell's lines may have commands among them, which are nothing to run.
        String lines =
                fix.source()
                        .lines()
                        .filter(line -> !line.startsWith("/") || line.startsWith("//"))
                        .collect(Collectors.joining("\n"));
        try (JShell shell = SnippetFix.shell(LocalExecution.Way.DRY, thrown -> {})) {
            Snippets.Reading reading = Snippets.of(fix.file(), lines, shell.sourceCodeAnalysis());
            if (reading instanceof Snippets.Reading.Bad bad) {
                throw MigopyException.refused(bad.problem().message(), bad.problem().hint());
            }
            for (Snippet snippet : ((Snippets.Reading.Good) reading).snippets()) {
                shell.sourceCodeAnalysis().sourceToSnippets(snippet.source()).stream()
                        .findFirst()
                        .ifPresent(known -> add(known, snippet.source(), parts));
            }
        }
        return """
        %s%s

        class %s {
        %s%sstatic void up() throws Exception {
        %s
            }

            public static void main(String... args) throws Exception {
                up();
            }
        }
        """
                .formatted(
                        header,
                        String.join("\n", parts.imports),
                        className,
                        parts.members.stream()
                                .map(member -> indented(member, 1) + "\n\n")
                                .collect(Collectors.joining()),
                        INDENT,
                        parts.body.stream()
                                .map(statement -> indented(statement, 2))
                                .collect(Collectors.joining("\n")));
    }

    private static void add(jdk.jshell.Snippet known, String source, Parts parts) {
        String ended = source.endsWith(";") || source.endsWith("}") ? source : source + ";";
        Kind kind = known.kind();
        if (kind == Kind.IMPORT) {
            parts.imports.add(ended);
        } else if (kind == Kind.METHOD || kind == Kind.TYPE_DECL) {
            boolean isStatic = source.contains("static ") && source.indexOf("static ") == 0;
            parts.members.add(isStatic ? source : "static " + source);
        } else if (known.subKind() == SubKind.VAR_VALUE_SUBKIND || isNoStatement(known, source)) {
            parts.body.add("// " + source.replace("\n", "\n// "));
        } else {
            parts.body.add(ended);
        }
    }

    /** {@code 1 + 1}: a value that JShell shows and Java refuses as a statement. */
    private static boolean isNoStatement(jdk.jshell.Snippet known, String source) {
        return known.subKind() == SubKind.TEMP_VAR_EXPRESSION_SUBKIND
                && !source.endsWith(")")
                && !source.endsWith(");");
    }

    private static String indented(String text, int depth) {
        return text.lines()
                .map(line -> line.isBlank() ? "" : INDENT.repeat(depth) + line)
                .collect(Collectors.joining("\n"));
    }
}

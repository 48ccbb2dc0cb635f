package migopy.fix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jshell.ImportSnippet;
import jdk.jshell.JShell;
import jdk.jshell.Snippet.Kind;
import jdk.jshell.Snippet.Status;
import jdk.jshell.Snippet.SubKind;
import jdk.jshell.SnippetEvent;
import jdk.jshell.VarSnippet;
import migopy.fix.FixReader.InvalidFix;
import migopy.fix.Snippets.Snippet;
import migopy.journal.Fixes;

/** Makes a migration's class of the JShell lines of a fix. A JShell that runs nothing classifies each snippet. */
final class FixLines {
    /** The comments and the modifiers at the beginning of a declaration. */
    private static final Pattern MODIFIERS = Pattern.compile(
            "\\A((?:\\s|//[^\\n"
                + "]*\\n"
                + "|/\\*(?s:.*?)\\*/)*)((?:(?:public|protected|private|static|final|abstract|sealed|strictfp|synchronized)\\s+)*)");

    private static final Pattern SUPERFLUOUS = Pattern.compile("(?:public|protected|private|static)\\s+");

    /** A query sends nothing until its results are read, which JShell does to show them. */
    private static final Pattern QUERY = Pattern.compile("(?:[\\w.]+\\.)?\\w*Iterable(?:<.*>)?");

    private static final Set<String> NUMBERS = Set.of("byte", "short", "int", "long", "float", "double", "char");

    private final FixRecord fix;
    private final List<Part> parts = new ArrayList<>();
    private int accepted;

    /**
     * One snippet.
     *
     * @param known how JShell classifies it; several for {@code int a, b}; empty if it was rejected,
     *     and so never ran
     * @param statement whether it is an expression that is a statement by itself
     */
    record Part(Snippet snippet, List<jdk.jshell.Snippet> known, boolean statement) {
        String source() {
            return snippet.source();
        }

        /** Returns the source with a semicolon, which a comment at its end does not hide. */
        String ended() {
            String text = source();
            return text.endsWith(";") ? text : text.contains("//") ? text + "\n;" : text + ";";
        }

        /** Returns the expression without semicolons. */
        String expression() {
            String text = source();
            while (text.endsWith(";")) {
                text = text.substring(0, text.length() - 1).stripTrailing();
            }
            return text.contains("//") ? text + "\n" : text;
        }
    }

    private FixLines(FixRecord fix) {
        this.fix = fix;
    }

    /**
     * Reads the lines.
     *
     * @throws migopy.MigopyException refused, if one does not compile
     */
    static FixLines of(FixRecord fix) {
        FixLines lines = new FixLines(fix);
        try (JShell shell = lines.shell()) {
            for (Snippet snippet :
                    Snippets.of(fix.file(), fix.source(), lines.ofPrompt(), shell.sourceCodeAnalysis())) {
                lines.parts.add(lines.part(snippet, shell));
            }
        } catch (InvalidFix e) {
            throw FixMigration.refused(e.getMessage(), fix.run());
        }
        new Redefinitions(fix, lines.parts).refuse();
        return lines;
    }

    private boolean ofPrompt() {
        return Fixes.FixKind.SHELL.word().equals(fix.kind());
    }

    /** JShell's prompt names a result by the number of its snippet, the API by the number of results. */
    private JShell shell() {
        return SnippetFix.shell(LocalExecution.Way.DRY, thrown -> {}, ofPrompt() ? () -> "$" + (accepted + 1) : null);
    }

    private Part part(Snippet snippet, JShell shell) {
        List<jdk.jshell.Snippet> known = new ArrayList<>();
        for (SnippetEvent event : shell.eval(snippet.source())) {
            if (event.causeSnippet() != null) {
                continue; // an earlier one, which this one has completed
            }
            if (event.status() == Status.REJECTED) {
                if (ofPrompt()) {
                    return new Part(snippet, List.of(), false);
                }
                throw FixMigration.refused("%s:%d does not compile".formatted(fix.file(), snippet.line()), fix.run());
            }
            known.add(event.snippet());
        }
        accepted += known.size();
        boolean expression = known.size() == 1 && known.get(0).kind() != Kind.IMPORT;
        Part part = new Part(snippet, known, false);
        return new Part(snippet, known, expression && isStatement(part, known.get(0), shell));
    }

    private static boolean isStatement(Part part, jdk.jshell.Snippet known, JShell shell) {
        if (known.subKind() != SubKind.TEMP_VAR_EXPRESSION_SUBKIND) {
            return false;
        }
        List<SnippetEvent> tried = shell.eval("{ " + part.ended() + " }");
        return tried.stream().noneMatch(event -> event.status() == Status.REJECTED);
    }

    /**
     * Returns the class.
     *
     * @param fields whether variables become fields, which methods can use and lambdas can change
     */
    MigrationText text(String header, String className, boolean fields) {
        MigrationText text = new MigrationText();
        text.add(header.stripTrailing(), 0);
        imports().forEach((line, number) -> text.add(line, 0, number));
        text.gap();
        text.add("class " + className + " {", 0);
        if (fields) {
            fields().forEach((declaration, line) -> text.add("static " + declaration + ";", 1, line));
            text.gap();
        }
        Set<String> members = new LinkedHashSet<>();
        for (Part part : parts) {
            Kind kind = part.known().isEmpty() ? null : part.known().get(0).kind();
            if ((kind == Kind.METHOD || kind == Kind.TYPE_DECL) && members.add(part.source())) {
                text.add(member(part.source()), 1, part.snippet().line());
                text.gap();
            }
        }
        text.add("static void up() throws Exception {", 1);
        for (Part part : parts) {
            String statement = statement(part, fields ? className : null);
            if (statement != null) {
                text.add(statement, 2, part.snippet().line());
            }
        }
        text.add("}", 1);
        text.gap();
        text.add("public static void main(String... args) throws Exception {\n    up();\n}", 1);
        text.add("}", 0);
        return text;
    }

    private Map<String, Integer> imports() {
        Map<String, Integer> imports = new LinkedHashMap<>();
        SnippetFix.IMPORTS.forEach(one -> imports.put(one, 0));
        for (Part part : parts) {
            if (!part.known().isEmpty() && part.known().get(0).kind() == Kind.IMPORT) {
                imports.putIfAbsent(importOf(part), part.snippet().line());
            }
        }
        return imports;
    }

    /** Without a comment after the semicolon: since Java 21 a second semicolon between imports is an error. */
    private static String importOf(Part part) {
        ImportSnippet known = (ImportSnippet) part.known().get(0);
        return part.source().contains("//")
                ? "import %s%s;".formatted(known.isStatic() ? "static " : "", known.fullname())
                : part.ended();
    }

    private Map<String, Integer> fields() {
        Map<String, Integer> fields = new LinkedHashMap<>();
        for (Part part : parts) {
            for (VarSnippet one : variables(part)) {
                fields.putIfAbsent(
                        one.typeName() + " " + one.name(), part.snippet().line());
            }
        }
        return fields;
    }

    /** Returns the variables of a snippet; its result only if a line uses it. */
    private List<VarSnippet> variables(Part part) {
        return part.known().stream()
                .filter(VarSnippet.class::isInstance)
                .map(VarSnippet.class::cast)
                .filter(one -> one.subKind() != SubKind.TEMP_VAR_EXPRESSION_SUBKIND || used(one))
                .toList();
    }

    private boolean used(VarSnippet result) {
        Pattern name = Pattern.compile("(?<![\\w$])" + Pattern.quote(result.name()) + "(?![\\w$])");
        return parts.stream().anyMatch(part -> name.matcher(part.source()).find());
    }

    private static String member(String source) {
        Matcher start = MODIFIERS.matcher(source);
        if (!start.find()) {
            return "static " + source;
        }
        String kept = SUPERFLUOUS.matcher(start.group(2)).replaceAll("");
        return start.group(1) + "static " + kept + source.substring(start.end());
    }

    /**
     * Returns the code in {@code up()}, or null.
     *
     * @param owner the class whose fields the variables are; null if they are local
     */
    private String statement(Part part, String owner) {
        if (part.known().isEmpty()) {
            return "// " + part.source().replace("\n", "\n// "); // it did not compile, and never ran
        }
        jdk.jshell.Snippet known = part.known().get(0);
        return switch (known.kind()) {
            case IMPORT, METHOD, TYPE_DECL, ERRONEOUS -> null;
            case STATEMENT -> part.source().endsWith("}") ? part.source() : part.ended();
            case VAR ->
                known.subKind() == SubKind.TEMP_VAR_EXPRESSION_SUBKIND
                        ? result(part, (VarSnippet) known, owner)
                        : declaration(part, part.ended(), owner);
            // The name of a variable only shows its value.
            case EXPRESSION -> known.subKind() == SubKind.VAR_VALUE_SUBKIND ? null : part.ended();
        };
    }

    private String result(Part part, VarSnippet result, String owner) {
        boolean query = QUERY.matcher(result.typeName()).matches();
        if (!used(result) && query) {
            return "(" + part.expression() + ").iterator().close();";
        }
        if (!used(result) && part.statement()) {
            return part.ended();
        }
        String asked = query ? "\n" + result.name() + ".iterator().close();" : "";
        String local = "var %s = %s;".formatted(result.name(), part.expression());
        return (used(result) ? declaration(part, local, owner) : local) + asked;
    }

    /** Returns the declaration of a local variable, or the assignment of its value to a field. */
    private String declaration(Part part, String local, String owner) {
        List<VarSnippet> variables = variables(part);
        if (owner == null) {
            return local;
        }
        if (variables.stream().noneMatch(FixLines::isInitialized)) {
            return variables.stream()
                    .map(one -> "%s = %s;".formatted(one.name(), initial(one.typeName())))
                    .collect(Collectors.joining("\n"));
        }
        String assignments = variables.stream()
                .map(one -> "%s.%s = %s;".formatted(owner, one.name(), value(one)))
                .collect(Collectors.joining(" "));
        return "{\n    %s\n    %s\n}".formatted(local.replace("\n", "\n    "), assignments);
    }

    private static boolean isInitialized(VarSnippet variable) {
        return variable.subKind() != SubKind.VAR_DECLARATION_SUBKIND;
    }

    private static String value(VarSnippet variable) {
        return isInitialized(variable) ? variable.name() : initial(variable.typeName());
    }

    private static String initial(String type) {
        return NUMBERS.contains(type) ? "0" : type.equals("boolean") ? "false" : "null";
    }

    /** The text of a migration, with the line of the fix that each line comes from. */
    static final class MigrationText {
        private static final String INDENT = "    ";

        private final List<String> lines = new ArrayList<>();
        private final NavigableMap<Integer, Integer> inFix = new TreeMap<>();

        /**
         * Adds lines.
         *
         * @param depth how far they are indented
         * @param line the number of the first one in the fix; 0 for generated lines
         */
        void add(String text, int depth, int line) {
            inFix.put(lines.size() + 1, line);
            text.lines()
                    .map(one -> one.isBlank() ? "" : INDENT.repeat(depth) + one)
                    .forEach(lines::add);
        }

        /** Adds generated lines. */
        void add(String text, int depth) {
            add(text, depth, 0);
        }

        void gap() {
            lines.add("");
        }

        String text() {
            return String.join("\n", lines) + "\n";
        }

        /** Returns the line of the fix that a line comes from, or 0. */
        int lineInFix(int line) {
            var first = inFix.floorEntry(line);
            return first == null || first.getValue() == 0 ? 0 : first.getValue() + (line - first.getKey());
        }
    }
}

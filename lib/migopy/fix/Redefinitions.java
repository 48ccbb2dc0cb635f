package migopy.fix;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jshell.MethodSnippet;
import jdk.jshell.TypeDeclSnippet;
import jdk.jshell.VarSnippet;
import migopy.fix.FixLines.Part;

/** The names that a fix declares more than once, which a migration's class cannot always do. */
record Redefinitions(FixRecord fix, List<Part> parts) {
    /** A lambda, a method reference or an anonymous class: an object that keeps the variables it uses. */
    private static final Pattern KEEPS_VARIABLES = Pattern.compile("->|::|\\bnew\\b[^;]*\\)\\s*\\{");

    private static final Pattern IDENTIFIER = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*");

    /**
     * Refuses the fix if a redefinition would have another effect in a migration.
     *
     * @throws migopy.MigopyException refused, with the line
     */
    void refuse() {
        refuseOtherDeclarations();
        refuseKeptVariables();
    }

    /** Calls before and after a redefinition do different things, which one class cannot express. */
    private void refuseOtherDeclarations() {
        Map<String, String> declared = new HashMap<>();
        Map<String, String> types = new HashMap<>();
        for (Part part : parts) {
            for (jdk.jshell.Snippet known : part.known()) {
                String earlier = null;
                String now = part.source();
                if (known instanceof MethodSnippet method) {
                    String signature = method.name() + "(" + method.parameterTypes() + ")";
                    earlier = declared.put(signature, now);
                } else if (known instanceof TypeDeclSnippet type) {
                    earlier = declared.put(type.name(), now);
                } else if (known instanceof VarSnippet variable) {
                    now = variable.typeName();
                    earlier = types.put(variable.name(), now);
                }
                if (earlier != null && !earlier.equals(now)) {
                    throw FixMigration.refused(
                            "%s:%d redefines a name that an earlier line declares"
                                    .formatted(fix.file(), part.snippet().line()),
                            fix.run());
                }
            }
        }
    }

    /** In JShell an object keeps the variable that it was made with; in the migration it would see the new value. */
    private void refuseKeptVariables() {
        Map<String, Set<String>> methods = new HashMap<>();
        Set<String> declared = new HashSet<>();
        Set<String> kept = new HashSet<>();
        for (Part part : parts) {
            for (jdk.jshell.Snippet known : part.known()) {
                if (known instanceof VarSnippet variable
                        && !declared.add(variable.name())
                        && reachable(kept, methods).contains(variable.name())) {
                    throw FixMigration.refused(
                            "%s:%d redeclares %s, which an earlier lambda or class uses"
                                    .formatted(fix.file(), part.snippet().line(), variable.name()),
                            fix.run());
                }
                if (known instanceof MethodSnippet method) {
                    methods.computeIfAbsent(method.name(), name -> new HashSet<>())
                            .addAll(identifiers(part.source()));
                }
                if (known instanceof TypeDeclSnippet
                        || KEEPS_VARIABLES.matcher(part.source()).find()) {
                    kept.addAll(used(part));
                }
            }
        }
    }

    /** Adds what the methods among the names use. */
    private static Set<String> reachable(Set<String> names, Map<String, Set<String>> methods) {
        Set<String> found = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(names);
        while (!open.isEmpty()) {
            String name = open.pop();
            if (found.add(name)) {
                open.addAll(methods.getOrDefault(name, Set.of()));
            }
        }
        return found;
    }

    private static List<String> identifiers(String source) {
        return IDENTIFIER.matcher(source).results().map(MatchResult::group).collect(Collectors.toList());
    }

    /** Returns the identifiers of a snippet, except where it declares a variable. */
    private static List<String> used(Part part) {
        List<String> used = identifiers(part.source());
        for (jdk.jshell.Snippet known : part.known()) {
            if (known instanceof VarSnippet variable) {
                used.remove(variable.name());
            }
        }
        return used;
    }
}

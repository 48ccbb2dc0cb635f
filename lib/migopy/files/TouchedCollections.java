package migopy.files;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import migopy.files.Javac.Unit;

/**
 * Finds in the syntax tree which collections a source names. The result is uncertain if a call could
 * reach others: a computed name, a command, another client, or a method of the project's own code.
 */
final class TouchedCollections extends TreePathScanner<Void, Void> {
    /** The methods whose first argument is a collection's name. */
    private static final Set<String> NAMING = Set.of("getCollection", "createCollection", "createView", "backfill");

    private static final String DATABASE = "com.mongodb.client.MongoDatabase";

    /** Methods of a database that change nothing. */
    private static final Set<String> HARMLESS = Set.of(
            "getName",
            "getCodecRegistry",
            "getReadConcern",
            "getReadPreference",
            "getTimeout",
            "getWriteConcern",
            "listCollectionNames",
            "listCollections",
            "withCodecRegistry",
            "withReadConcern",
            "withReadPreference",
            "withTimeout",
            "withWriteConcern");

    /** Classes of the JDK and the driver that give access to anything. */
    private static final List<String> UNLIMITED = List.of(
            "com.mongodb.client.MongoClient",
            "com.mongodb.client.MongoCluster",
            "com.mongodb.client.gridfs.",
            "java.lang.Class",
            "java.lang.Process",
            "java.lang.Runtime",
            "java.lang.invoke.",
            "java.lang.reflect.",
            "java.net.",
            "javax.script.");

    /** Methods that write to another collection than the one they are called on. */
    private static final Set<String> WRITING_ELSEWHERE =
            Set.of("renameCollection", "mapReduce", "toCollection", "out", "merge", "client");

    private static final Pattern ELSEWHERE = Pattern.compile("\\$(out|merge)\\b");

    private static final List<String> KNOWN = List.of("java.", "javax.", "org.bson.", "com.mongodb.", "migopy.");

    private final Trees trees;
    private final CompilationUnitTree file;
    private final Set<String> names = new TreeSet<>();
    private final Set<String> backfilled = new TreeSet<>();
    private boolean certain = true;

    private TouchedCollections(Trees trees, CompilationUnitTree file) {
        this.trees = trees;
        this.file = file;
    }

    /**
     * The collections that were found.
     *
     * @param all every collection that is named; empty if they cannot be determined
     * @param backfilled those that a {@code backfill(...)} names as a constant
     */
    record Touched(Optional<Set<String>> all, Set<String> backfilled) {
        static final Touched NOTHING = new Touched(Optional.empty(), Set.of());
    }

    /** Returns the collections; nothing if the source does not compile. */
    static Touched in(Javac javac, Unit unit) {
        DiagnosticCollector<JavaFileObject> listener = new DiagnosticCollector<>();
        JavacTask task = (JavacTask) javac.task(unit, listener);
        try {
            List<CompilationUnitTree> files = new ArrayList<>();
            task.parse().forEach(files::add);
            task.analyze();
            if (files.size() != 1
                    || listener.getDiagnostics().stream().anyMatch(d -> d.getKind() == Diagnostic.Kind.ERROR)) {
                return Touched.NOTHING;
            }
            TouchedCollections scanner = new TouchedCollections(Trees.instance(task), files.get(0));
            scanner.scan(new TreePath(files.get(0)), null);
            return new Touched(scanner.certain ? Optional.of(scanner.names) : Optional.empty(), scanner.backfilled);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            return Touched.NOTHING;
        }
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
        check(
                trees.getElement(getCurrentPath()),
                call.getArguments().isEmpty() ? null : call.getArguments().get(0));
        return super.visitMethodInvocation(call, nothing);
    }

    @Override
    public Void visitMemberReference(MemberReferenceTree reference, Void nothing) {
        check(trees.getElement(getCurrentPath()), null);
        return super.visitMemberReference(reference, nothing);
    }

    @Override
    public Void visitNewClass(NewClassTree made, Void nothing) {
        check(trees.getElement(getCurrentPath()), null);
        return super.visitNewClass(made, nothing);
    }

    /** Finds pipeline stages that write elsewhere, written as documents or JSON. */
    @Override
    public Void visitLiteral(LiteralTree literal, Void nothing) {
        if (literal.getValue() instanceof String text && ELSEWHERE.matcher(text).find()) {
            certain = false;
        }
        return super.visitLiteral(literal, nothing);
    }

    /** Checks a method or constructor that is used, and its first argument if there is one. */
    private void check(Element used, ExpressionTree first) {
        if (used == null || !(used.getEnclosingElement() instanceof TypeElement owner)) {
            certain = false;
            return;
        }
        TreePath declaration = trees.getPath(owner);
        if (declaration != null && declaration.getCompilationUnit() == file) {
            return;
        }
        String type = owner.getQualifiedName().toString();
        String method = used.getSimpleName().toString();
        boolean naming = type.equals(DATABASE) || type.equals("migopy.Migration");
        if (naming && NAMING.contains(method)) {
            name(first, method.equals("backfill"));
        } else if (type.equals(DATABASE) && !HARMLESS.contains(method)
                || !type.startsWith("java.") && WRITING_ELSEWHERE.contains(method)
                || UNLIMITED.stream().anyMatch(type::startsWith)
                || KNOWN.stream().noneMatch(type::startsWith)) {
            certain = false;
        }
    }

    private void name(ExpressionTree argument, boolean backfill) {
        Object value = null;
        if (argument instanceof LiteralTree literal) {
            value = literal.getValue();
        } else if (argument != null
                && trees.getElement(new TreePath(getCurrentPath(), argument)) instanceof VariableElement variable) {
            value = variable.getConstantValue();
        }
        if (value instanceof String text) {
            names.add(text);
            if (backfill) {
                backfilled.add(text);
            }
        } else {
            certain = false;
        }
    }
}

package migopy.lint;

import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.CompoundAssignmentTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.TypeCastTree;
import com.sun.source.tree.UnaryTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import migopy.files.MigrationSource;

/** What the compiler knows of one top-level class of a migration: its methods, variables and calls. */
final class SourceFacts {
    static final String SESSION = "com.mongodb.client.ClientSession";

    /** How many variables are followed from a use to a value. */
    private static final int STEPS = 5;

    /** Methods that change the document or list that they are called on. */
    private static final Set<String> CHANGING =
            Set.of("put", "putAll", "putIfAbsent", "append", "add", "addAll", "remove", "clear", "replace", "merge");

    final MigrationSource source;
    final TypeElement type;
    final Trees trees;
    private final Types types;
    private final Elements elements;
    private final CompilationUnitTree file;

    final List<SourceCall> calls = new ArrayList<>();
    final List<TreePath> created = new ArrayList<>();
    final List<TreePath> tries = new ArrayList<>();

    /** Literals that are texts. */
    final List<TreePath> texts = new ArrayList<>();

    /** Uses of constants of the driver: {@code WriteConcern.W1}. */
    final List<TreePath> driverFields = new ArrayList<>();

    final Map<Element, TreePath> methods = new HashMap<>();
    private final Map<Element, TreePath> variables = new HashMap<>();

    private final Map<Element, Integer> uses = new HashMap<>();

    /** Variables that are assigned again, or whose object is changed after it was made. */
    private final Set<Element> changed = new HashSet<>();

    /** The methods of the class that each of its methods calls. */
    private final Map<Element, Set<Element>> callees = new HashMap<>();

    private final Set<Element> byUp;
    private final Set<Element> byDown;
    private final Set<Element> inTransactions;

    SourceFacts(MigrationSource source, JavacTask task, CompilationUnitTree file, TypeElement type) {
        this.source = source;
        this.type = type;
        this.trees = Trees.instance(task);
        this.types = task.getTypes();
        this.elements = task.getElements();
        this.file = file;
        Collector collector = new Collector();
        collector.scan(trees.getPath(type), null);
        for (TreePath call : collector.called) {
            SourceCall made = SourceCall.of(this, call);
            if (made != null) {
                calls.add(made);
            }
        }
        this.byUp = reachable("up", false);
        this.byDown = reachable("down", false);
        this.inTransactions = new HashSet<>(reachable("up", true));
        inTransactions.addAll(reachable("down", true));
    }

    /** Returns the method of the migration, {@code up} or {@code down}, or null. */
    TreePath migrationMethod(String name) {
        return methods.entrySet().stream()
                .filter(one -> one.getKey().getEnclosingElement().equals(type)
                        && one.getKey().getSimpleName().contentEquals(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** Returns the methods of these names and those that they call, with a session as parameter only if asked for. */
    private Set<Element> reachable(String name, boolean transactional) {
        Set<Element> reached = new HashSet<>();
        List<Element> next = new ArrayList<>(methods.keySet().stream()
                .filter(one -> one.getEnclosingElement().equals(type)
                        && one.getSimpleName().contentEquals(name))
                .filter(one -> !transactional || takesSession(methods.get(one)))
                .toList());
        while (!next.isEmpty()) {
            Element method = next.remove(next.size() - 1);
            if (reached.add(method)) {
                next.addAll(callees.getOrDefault(method, Set.of()));
            }
        }
        return reached;
    }

    private boolean takesSession(TreePath method) {
        return ((MethodTree) method.getLeaf())
                .getParameters().stream().anyMatch(one -> isA(trees.getTypeMirror(new TreePath(method, one)), SESSION));
    }

    /** Whether it is only run by a rollback, or only if the file is started directly. */
    boolean isOutsideOfUp(TreePath path) {
        Element method = method(path);
        return method != null
                && !byUp.contains(method)
                && (byDown.contains(method) || method.getSimpleName().contentEquals("main"));
    }

    /** Whether it is run in a transaction of Migopy's, or is in a lambda that gets a session. */
    boolean inTransaction(TreePath path) {
        return session(path) != null || inTransactions.contains(method(path));
    }

    /** Returns the name of the session whose transaction is around here, or null. */
    String session(TreePath path) {
        for (TreePath at = path; at != null; at = at.getParentPath()) {
            if (at.getLeaf() instanceof LambdaExpressionTree
                    && at.getParentPath().getLeaf() instanceof MethodInvocationTree call
                    && call.getMethodSelect() instanceof MemberSelectTree select
                    && select.getIdentifier().contentEquals("withTransaction")) {
                return select.getExpression().toString();
            }
            List<? extends VariableTree> parameters = at.getLeaf() instanceof MethodTree method
                    ? method.getParameters()
                    : at.getLeaf() instanceof LambdaExpressionTree lambda ? lambda.getParameters() : List.of();
            for (VariableTree one : parameters) {
                if (isA(trees.getTypeMirror(new TreePath(at, one)), SESSION)) {
                    return one.getName().toString();
                }
            }
        }
        return null;
    }

    /** Returns the method of the class around a place, or null. */
    Element method(TreePath path) {
        TreePath at = path;
        while (at != null && !(at.getLeaf() instanceof MethodTree)) {
            at = at.getParentPath();
        }
        return at == null ? null : trees.getElement(at);
    }

    /** Whether a type is one of this name, or a subtype of it. */
    boolean isA(TypeMirror type, String wanted) {
        boolean known = type != null && type.getKind() != TypeKind.ERROR;
        TypeElement element = known ? elements.getTypeElement(wanted) : null;
        return element != null && types.isSubtype(types.erasure(type), types.erasure(element.asType()));
    }

    boolean isA(TreePath expression, String wanted) {
        return isA(trees.getTypeMirror(expression), wanted);
    }

    /** Returns the type of this name, or null. */
    TypeElement type(String name) {
        return elements.getTypeElement(name);
    }

    /** Whether a place is in a part of the source. */
    boolean isIn(Tree outer, TreePath path) {
        for (TreePath at = path; at != null; at = at.getParentPath()) {
            if (at.getLeaf() == outer) {
                return true;
            }
        }
        return false;
    }

    /** Returns the value of an expression: of a variable that is set once, what it is set to. */
    TreePath value(TreePath expression) {
        TreePath at = expression;
        for (int i = 0; i < STEPS; i++) {
            Tree leaf = at.getLeaf();
            if (leaf instanceof ParenthesizedTree inner) {
                at = new TreePath(at, inner.getExpression());
            } else if (leaf instanceof TypeCastTree cast) {
                at = new TreePath(at, cast.getExpression());
            } else if (leaf instanceof IdentifierTree) {
                Element variable = trees.getElement(at);
                TreePath declared = variables.get(variable);
                if (declared == null
                        || changed.contains(variable)
                        || ((VariableTree) declared.getLeaf()).getInitializer() == null) {
                    return at;
                }
                at = new TreePath(declared, ((VariableTree) declared.getLeaf()).getInitializer());
            } else {
                return at;
            }
        }
        return at;
    }

    /** Returns the call of a method at a place, or null if something else is there. */
    SourceCall call(TreePath path) {
        return path.getLeaf() instanceof MethodInvocationTree ? SourceCall.of(this, path) : null;
    }

    /** Whether a variable is used at this place only. */
    boolean isUsedOnce(TreePath identifier) {
        return uses.getOrDefault(trees.getElement(identifier), 0) == 1;
    }

    /** Whether the class is {@code @Resumable}. */
    boolean isResumable() {
        return type.getAnnotationMirrors().stream()
                .anyMatch(one -> one.getAnnotationType().toString().equals("migopy.Resumable"));
    }

    /** Returns the text that an expression always has, or null. */
    String text(TreePath expression) {
        TreePath value = value(expression);
        if (value.getLeaf() instanceof LiteralTree literal) {
            return literal.getValue() instanceof String text ? text : null;
        }
        return trees.getElement(value) instanceof VariableElement variable
                        && variable.getConstantValue() instanceof String text
                ? text
                : null;
    }

    /** Returns the line of a place, from 1. */
    int line(Tree tree) {
        return (int) file.getLineMap().getLineNumber(start(tree));
    }

    /** Returns the column of a place, from 1; a tab counts as one. */
    int column(Tree tree) {
        return (int) (start(tree) - file.getLineMap().getStartPosition(line(tree)) + 1);
    }

    /** Returns the position of a place; of a call in a chain, that of its name. */
    private long start(Tree tree) {
        if (tree instanceof MethodInvocationTree call && call.getMethodSelect() instanceof MemberSelectTree select) {
            long end = trees.getSourcePositions().getEndPosition(file, select);
            return end - select.getIdentifier().length();
        }
        return trees.getSourcePositions().getStartPosition(file, tree);
    }

    /** Returns the first line of the statement around a place, from 1. */
    int firstLine(TreePath path) {
        TreePath at = path;
        while (at.getParentPath() != null
                && !(at.getLeaf() instanceof StatementTree)
                && !(at.getLeaf() instanceof MethodTree)) {
            at = at.getParentPath();
        }
        return (int) file.getLineMap().getLineNumber(trees.getSourcePositions().getStartPosition(file, at.getLeaf()));
    }

    private final class Collector extends TreePathScanner<Void, Void> {
        private final List<TreePath> called = new ArrayList<>();

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            methods.put(trees.getElement(getCurrentPath()), getCurrentPath());
            return super.visitMethod(method, nothing);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void nothing) {
            variables.put(trees.getElement(getCurrentPath()), getCurrentPath());
            return super.visitVariable(variable, nothing);
        }

        @Override
        public Void visitAssignment(AssignmentTree assignment, Void nothing) {
            change(assignment.getVariable());
            return super.visitAssignment(assignment, nothing);
        }

        @Override
        public Void visitCompoundAssignment(CompoundAssignmentTree assignment, Void nothing) {
            change(assignment.getVariable());
            return super.visitCompoundAssignment(assignment, nothing);
        }

        @Override
        public Void visitUnary(UnaryTree unary, Void nothing) {
            change(unary.getExpression());
            return super.visitUnary(unary, nothing);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
            called.add(getCurrentPath());
            if (call.getMethodSelect() instanceof MemberSelectTree select
                    && CHANGING.contains(select.getIdentifier().toString())) {
                change(select.getExpression());
            }
            calls(trees.getElement(getCurrentPath()));
            return super.visitMethodInvocation(call, nothing);
        }

        @Override
        public Void visitMemberReference(MemberReferenceTree reference, Void nothing) {
            calls(trees.getElement(getCurrentPath()));
            return super.visitMemberReference(reference, nothing);
        }

        @Override
        public Void visitNewClass(NewClassTree made, Void nothing) {
            created.add(getCurrentPath());
            return super.visitNewClass(made, nothing);
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree select, Void nothing) {
            addField();
            return super.visitMemberSelect(select, nothing);
        }

        @Override
        public Void visitIdentifier(IdentifierTree identifier, Void nothing) {
            Element variable = trees.getElement(getCurrentPath());
            if (variable != null) {
                uses.merge(variable, 1, Integer::sum);
            }
            addField();
            return super.visitIdentifier(identifier, nothing);
        }

        private void addField() {
            Element element = trees.getElement(getCurrentPath());
            if (element != null
                    && element.getKind() == ElementKind.FIELD
                    && element.getEnclosingElement().toString().startsWith("com.mongodb.")) {
                driverFields.add(getCurrentPath());
            }
        }

        @Override
        public Void visitLiteral(LiteralTree literal, Void nothing) {
            if (literal.getValue() instanceof String) {
                texts.add(getCurrentPath());
            }
            return null;
        }

        @Override
        public Void visitTry(TryTree statement, Void nothing) {
            tries.add(getCurrentPath());
            return super.visitTry(statement, nothing);
        }

        private void change(ExpressionTree variable) {
            Element element = trees.getElement(new TreePath(getCurrentPath(), variable));
            if (element != null) {
                changed.add(element);
            }
        }

        private void calls(Element callee) {
            Element caller = callee == null ? null : method(getCurrentPath());
            if (caller != null) {
                callees.computeIfAbsent(caller, one -> new HashSet<>()).add(callee);
            }
        }
    }
}

package migopy.files;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionStatementTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.BaseStream;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.ExecutableType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import javax.tools.JavaCompiler;
import migopy.Problem;
import migopy.files.Javac.Unit;

/**
 * Finds calls whose result is a {@code Future} that is never used: an exception in such a task stays in the future, where
 * nothing can see it, and the migration would be recorded as applied. The same goes for a {@code Stream} that is never
 * consumed, and for an upload to GridFS that is never closed: they do nothing.
 */
final class DroppedResults extends TreePathScanner<Void, Void> {
    /** Without one of these in its text a source makes no future. */
    private static final Pattern MAKES_ONE =
            Pattern.compile("concurrent|Future|submit|Async|[sS]chedule|invokeAll|[sS]tream");

    private static final String UPLOAD = "com.mongodb.client.gridfs.GridFSUploadStream";

    /** Methods of an upload that do not end it. */
    private static final Pattern OF_OPEN_UPLOAD = Pattern.compile("write|flush|getId|getObjectId");

    /** Methods that return the future they are called on, or handle its exception. */
    private static final Pattern HARMLESS = Pattern.compile(
            "fork|orTimeout|completeOnTimeout|completeAsync|(exceptionally|handle|whenComplete)(Compose)?(Async)?");

    private final Trees trees;
    private final Types types;
    private final Elements elements;
    private final CompilationUnitTree file;

    private final Map<Long, Dropped> found = new TreeMap<>();

    /** The variables that have a future, with their lines. */
    private final Map<Element, Map.Entry<Long, Dropped>> variables = new LinkedHashMap<>();

    private final Set<Element> used = new HashSet<>();

    private record Dropped(String method, TypeMirror type) {}

    private DroppedResults(JavacTask task, CompilationUnitTree file) {
        this.trees = Trees.instance(task);
        this.types = task.getTypes();
        this.elements = task.getElements();
        this.file = file;
    }

    /** Whether a source may have such calls. */
    static boolean mayBeIn(Unit unit) {
        return MAKES_ONE.matcher(unit.source().text()).find();
    }

    /**
     * Collects the first such call of each unit while the task runs. Only here, and not in {@link Javac}, since a Java
     * without the module jdk.compiler must be able to load that class.
     */
    static void watch(JavaCompiler.CompilationTask task, List<Unit> units, Map<Unit, Problem> dropped) {
        ((JavacTask) task).addTaskListener(new TaskListener() {
            @Override
            public void finished(TaskEvent event) {
                if (event.getKind() != TaskEvent.Kind.ANALYZE) {
                    return;
                }
                Unit unit = units.get(Javac.SourceText.index(event.getSourceFile()));
                Problem problem = mayBeIn(unit) ? in((JavacTask) task, event, unit) : null;
                if (problem != null) {
                    dropped.putIfAbsent(unit, problem);
                }
            }
        });
    }

    /** Returns the first such call of a class that was analyzed, or null. */
    private static Problem in(JavacTask task, TaskEvent analyzed, Unit unit) {
        DroppedResults scanner = new DroppedResults(task, analyzed.getCompilationUnit());
        scanner.scan(scanner.trees.getPath(analyzed.getTypeElement()), null);
        scanner.variables.keySet().removeAll(scanner.used);
        scanner.variables.values().forEach(each -> scanner.found.put(each.getKey(), each.getValue()));
        for (Map.Entry<Long, Dropped> first : scanner.found.entrySet()) {
            Dropped dropped = first.getValue();
            return CompilerMessages.of(
                    Problem.ProblemKind.NOT_COMPILABLE,
                    unit,
                    ":%d: ".formatted(first.getKey()) + scanner.message(dropped),
                    scanner.hint(dropped),
                    List.of());
        }
        return null;
    }

    private String message(Dropped dropped) {
        if (is(dropped.type(), UPLOAD)) {
            return "the result of %s(...) is never closed, so the file is not stored".formatted(dropped.method());
        }
        return is(dropped.type(), BaseStream.class)
                ? "the result of %s(...) is never consumed, so it does nothing".formatted(dropped.method())
                : "the result of %s(...) is never used, so an exception in it would be lost"
                        .formatted(dropped.method());
    }

    private String hint(Dropped dropped) {
        if (is(dropped.type(), UPLOAD)) {
            return "Open it in try (...), or call close()";
        }
        if (is(dropped.type(), BaseStream.class)) {
            return "End it with forEach(...) or another terminal operation";
        }
        if (is(dropped.type(), Iterable.class)) {
            return "Call get() on each of the results";
        }
        if (is(dropped.type(), CompletionStage.class)) {
            return "Add .join()";
        }
        return dropped.method().equals("submit")
                ? "Add .get(), or call execute(...) instead of submit(...)"
                : "Add .get()";
    }

    @Override
    public Void visitExpressionStatement(ExpressionStatementTree statement, Void nothing) {
        addIfFuture(statement.getExpression());
        return super.visitExpressionStatement(statement, nothing);
    }

    @Override
    public Void visitLambdaExpression(LambdaExpressionTree lambda, Void nothing) {
        if (lambda.getBody() instanceof ExpressionTree body && returnsNothing(getCurrentPath())) {
            addIfFuture(body);
        }
        return super.visitLambdaExpression(lambda, nothing);
    }

    @Override
    public Void visitMemberReference(MemberReferenceTree reference, Void nothing) {
        if (trees.getElement(getCurrentPath()) instanceof ExecutableElement method
                && isFuture(method.getReturnType())
                && returnsNothing(getCurrentPath())) {
            found.put(line(reference), new Dropped(reference.getName().toString(), method.getReturnType()));
        }
        return super.visitMemberReference(reference, nothing);
    }

    @Override
    public Void visitVariable(VariableTree variable, Void nothing) {
        Element element = trees.getElement(getCurrentPath());
        if (element != null
                && element.getKind() == ElementKind.LOCAL_VARIABLE
                && variable.getInitializer() instanceof MethodInvocationTree call
                && makesFuture(call)) {
            variables.put(element, Map.entry(line(call), dropped(call)));
        }
        return super.visitVariable(variable, nothing);
    }

    @Override
    public Void visitIdentifier(IdentifierTree identifier, Void nothing) {
        used.add(trees.getElement(getCurrentPath()));
        return super.visitIdentifier(identifier, nothing);
    }

    @Override
    public Void visitMemberSelect(MemberSelectTree select, Void nothing) {
        boolean open = OF_OPEN_UPLOAD.matcher(select.getIdentifier()).matches()
                && select.getExpression() instanceof IdentifierTree
                && is(trees.getTypeMirror(new TreePath(getCurrentPath(), select.getExpression())), UPLOAD);
        return open ? null : super.visitMemberSelect(select, nothing);
    }

    private void addIfFuture(ExpressionTree expression) {
        if (expression instanceof MethodInvocationTree call && makesFuture(call)) {
            found.put(line(call), dropped(call));
        }
    }

    private Dropped dropped(MethodInvocationTree call) {
        String method = call.getMethodSelect().toString();
        return new Dropped(
                method.substring(method.lastIndexOf('.') + 1),
                trees.getTypeMirror(new TreePath(getCurrentPath(), call)));
    }

    private boolean makesFuture(MethodInvocationTree call) {
        TreePath path = new TreePath(getCurrentPath(), call);
        // A method that returns a type variable, as Map.put, returns something that was made before.
        return trees.getElement(path) instanceof ExecutableElement method
                && method.getReturnType().getKind() == TypeKind.DECLARED
                && !HARMLESS.matcher(method.getSimpleName()).matches()
                && isFuture(trees.getTypeMirror(path))
                && call.getArguments().stream()
                        .noneMatch(argument -> isFuture(trees.getTypeMirror(new TreePath(path, argument))));
    }

    /** Whether it is a future or something else that has to be used, or a collection of futures. */
    private boolean isFuture(TypeMirror type) {
        return type instanceof DeclaredType declared
                && (is(type, Future.class)
                        || is(type, BaseStream.class)
                        || is(type, UPLOAD)
                        || is(type, CompletionStage.class)
                        || is(type, Iterable.class)
                                && declared.getTypeArguments().stream().anyMatch(this::isFuture));
    }

    private boolean is(TypeMirror type, Class<?> wanted) {
        return is(type, wanted.getName());
    }

    private boolean is(TypeMirror type, String wanted) {
        TypeElement element = type == null ? null : elements.getTypeElement(wanted);
        return element != null && types.isSubtype(types.erasure(type), types.erasure(element.asType()));
    }

    /** Whether a lambda or a method reference is used as a method that returns nothing. */
    private boolean returnsNothing(TreePath path) {
        if (!(trees.getTypeMirror(path) instanceof DeclaredType declared)) {
            return false;
        }
        for (Element member : elements.getAllMembers((TypeElement) declared.asElement())) {
            if (member.getKind() == ElementKind.METHOD
                    && member.getModifiers().contains(Modifier.ABSTRACT)
                    && types.asMemberOf(declared, member) instanceof ExecutableType method) {
                return method.getReturnType().getKind() == TypeKind.VOID;
            }
        }
        return false;
    }

    private long line(Tree tree) {
        return file.getLineMap().getLineNumber(trees.getSourcePositions().getStartPosition(file, tree));
    }
}

package migopy.files;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import java.util.List;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import migopy.files.Javac.SourceText;
import migopy.files.Javac.Unit;

/** Receives each top-level class of a source as the compiler has analyzed it, while it compiles. */
public interface SourceAnalysis {
    /**
     * Called in the compiler's thread, for each class at least once; the last call counts. The trees change after it
     * returns.
     */
    void analyzed(MigrationSource source, JavacTask task, CompilationUnitTree file, TypeElement type);

    /** Calls an analysis while a task runs; not for a class that does not compile. */
    static void watch(
            JavaCompiler.CompilationTask task,
            List<Unit> units,
            DiagnosticCollector<JavaFileObject> problems,
            SourceAnalysis to) {
        ((JavacTask) task).addTaskListener(new TaskListener() {
            @Override
            public void finished(TaskEvent event) {
                if (event.getKind() == TaskEvent.Kind.ANALYZE && !hasErrors(problems)) {
                    Unit unit = units.get(SourceText.index(event.getSourceFile()));
                    to.analyzed(unit.source(), (JavacTask) task, event.getCompilationUnit(), event.getTypeElement());
                }
            }
        });
    }

    private static boolean hasErrors(DiagnosticCollector<JavaFileObject> problems) {
        return problems.getDiagnostics().stream().anyMatch(one -> one.getKind() == Diagnostic.Kind.ERROR);
    }
}

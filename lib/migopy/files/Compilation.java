package migopy.files;

import java.util.List;
import migopy.Problem;

/**
 * What became of some sources.
 *
 * @param migrations those that can be called, in the order of the sources
 * @param problems why the others cannot, in the same order
 */
public record Compilation(List<CompiledMigration> migrations, List<Problem> problems) {
    public Compilation {
        migrations = List.copyOf(migrations);
        problems = List.copyOf(problems);
    }
}

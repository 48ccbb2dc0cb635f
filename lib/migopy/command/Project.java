package migopy.command;

import java.nio.file.Path;
import java.util.Map;
import migopy.files.Jbang;
import migopy.lint.LintRules;
import migopy.run.RunContext.Hooks;
import migopy.settings.Setting;

/** The user's {@code migopy} class as commands need it; they must not depend on its type. */
public interface Project {
    /** Returns its fields as they would be typed. */
    Map<Setting, String> fields();

    /** Returns the environment variables. */
    Map<String, String> environment();

    /** Returns what a user types to run it, if no launcher has named itself; in the current folder, if it is a program. */
    default String command(boolean asProgram) {
        return asProgram ? Jbang.typed(Path.of(""), environment()) : "jbang migopy.java";
    }

    /** Returns its hooks. */
    Hooks hooks();

    /** Returns the id of a new run. */
    String runId();

    /** Lets it change the rules of {@code lint}. */
    void lint(LintRules rules);

    /** Returns the object whose methods annotated with {@code @Command} are commands too. */
    Object tasks();
}

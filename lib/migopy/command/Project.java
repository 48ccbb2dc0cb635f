package migopy.command;

import java.util.Map;
import migopy.lint.LintRules;
import migopy.run.RunContext.Hooks;
import migopy.settings.Setting;

/** The user's {@code migopy} class as commands need it; they must not depend on its type. */
public interface Project {
    /** Returns its fields as they would be typed. */
    Map<Setting, String> fields();

    /** Returns the environment variables. */
    Map<String, String> environment();

    /** Returns its hooks. */
    Hooks hooks();

    /** Returns the id of a new run. */
    String runId();

    /** Lets it change the rules of {@code lint}. */
    void lint(LintRules rules);

    /** Returns the object whose methods annotated with {@code @Command} are commands too. */
    Object tasks();
}

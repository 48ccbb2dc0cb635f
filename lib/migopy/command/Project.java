package migopy.command;

import java.util.Map;
import migopy.run.RunContext.Hooks;
import migopy.settings.UserFields;

/**
 * The user's {@code migopy} class, as this room needs it; it must not know that class's own type.
 */
public interface Project {
    /** The settings as its fields hold them. */
    UserFields fields();

    /** The environment's variables. */
    Map<String, String> environment();

    /** What it adds to a run. */
    Hooks hooks();

    /** A new run's id. */
    String runId();

    /** The object whose methods annotated with {@code @Command} are commands too. */
    Object tasks();
}

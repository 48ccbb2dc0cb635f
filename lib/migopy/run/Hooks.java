package migopy.run;

import java.util.Set;
import migopy.StepReport;

/** What the user's own {@code migopy} class adds to a run; this room must not know that class. */
public interface Hooks {
    /** Under the lock, before the first step. An exception ends the run with nothing executed. */
    void beforeRun() throws Exception;

    /** Under the lock, after the last step, however it ended. */
    void afterRun(RunResult result) throws Exception;

    /**
     * After the step was recorded as begun, before it is called. An exception is the step's
     * failure.
     */
    void beforeMigration(String name) throws Exception;

    /** After the step's end was recorded. An exception ends the run. */
    void afterMigration(StepReport step) throws Exception;

    /**
     * Dumps the database before the first step.
     *
     * @param collections only these; empty for the whole database
     * @return the folder, as the journal notes it, or null
     */
    String dump(Set<String> collections) throws Exception;
}

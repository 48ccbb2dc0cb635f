package migopy.run;

import migopy.MigopyException;
import migopy.StepReport.Outcome;
import migopy.StepReport.StepError;

/**
 * How a recorded call ended.
 *
 * @param error why it failed, or null
 * @param toRecord whether the record is to be ended: a transaction has ended its own, and the
 *     record of a call that may still be running stays as it is
 * @param cause why the run cannot go on, where {@code error} does not say it
 * @param exitCode the run's exit code if it ends here; 0 if it goes on
 */
record CallResult(Outcome outcome, StepError error, boolean toRecord, MigopyException cause, int exitCode) {
    /** Whether the transaction of the call has recorded its end. */
    boolean committed() {
        return !toRecord && error == null && cause == null;
    }
}

package migopy.run;

import migopy.Migration;
import migopy.observe.Observation;
import migopy.settings.Redactor;

/** Whether a call ended by {@link Migration#skip}, and why. */
final class Skip {
    private final Observation observation;
    private final Redactor redactor;
    private final String impossible;
    private volatile Thread caller;
    private volatile String reason;

    /**
     * @param impossible what to say where the call cannot be skipped, else null
     */
    Skip(Observation observation, Redactor redactor, String impossible) {
        this.observation = observation;
        this.redactor = redactor;
        this.impossible = impossible;
    }

    /** Takes the reason, before the code is ended. */
    void accept(String text) {
        String message = Thread.currentThread() == caller
                ? impossible
                : "skip() was called in another thread, where it cannot end up()";
        if (message != null) {
            throw observation.refuse(message, "Return, or throw an exception");
        }
        reason = Failure.shortened(redactor.redact(text));
    }

    /**
     * Calls the code, in the thread that may skip it. Whoever calls skip() says that this must not
     * be applied, also where the code goes on.
     */
    void noticing(Observation.Body code) throws Throwable {
        caller = Thread.currentThread();
        code.run();
        if (reason != null) {
            throw observation.refuse(
                    "skip(\"%s\") was called, but up() caught what it throws and went on".formatted(reason),
                    "Catch exceptions, not every Throwable");
        }
    }

    /** Whether this is how the call was ended. */
    boolean ended(Throwable thrown) {
        return reason != null && thrown instanceof Migration.Skipped;
    }

    /** Why, or null. */
    String reason() {
        return reason;
    }
}

package migopy.plan;

import java.util.List;

/** What a person asks a run to do. Names are as they were typed. */
public sealed interface Request {
    /**
     * Run {@code up()} of what is pending.
     *
     * @param names only these; empty for all
     * @param to up to and with this one, or null
     * @param steps at most so many, or null
     * @param outOfOrder also those below what is applied already
     * @param retry also those that were interrupted
     */
    record ExecuteRequest(List<String> names, String to, Integer steps, boolean outOfOrder, boolean retry)
            implements Request {
        public ExecuteRequest {
            names = List.copyOf(names);
        }
    }

    /**
     * Run {@code down()} of what is applied, newest applied first.
     *
     * @param names only these
     * @param last the last so many, or null
     * @param to back to this one, which stays applied, or null
     * @param run those that this run applied, or null
     * @param stored use the source in the journal where the file is gone or was edited
     */
    record RollbackRequest(List<String> names, Integer last, String to, String run, boolean stored) implements Request {
        public RollbackRequest {
            names = List.copyOf(names);
        }
    }

    /**
     * Run {@code down()} of an applied one, as it was applied, then {@code up()} of its file as it
     * is now.
     *
     * @param name null for the one that was applied last
     */
    record RedoRequest(String name) implements Request {}

    /**
     * Register what is pending without running it.
     *
     * @param names only these; empty for all
     * @param to up to and with this one, or null
     */
    record IgnoreRequest(List<String> names, String to) implements Request {
        public IgnoreRequest {
            names = List.copyOf(names);
        }
    }
}

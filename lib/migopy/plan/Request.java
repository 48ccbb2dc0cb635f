package migopy.plan;

import java.util.List;

/** What a user asks a run to do. Names are as they were typed. */
public sealed interface Request {
    /**
     * Run {@code up()} of pending migrations.
     *
     * @param names only these; empty for all
     * @param to up to and with this one, or null
     * @param steps at most this many, or null
     * @param outOfOrder also those numbered below the highest applied one
     * @param retry also interrupted ones
     */
    record ExecuteRequest(List<String> names, String to, Integer steps, boolean outOfOrder, boolean retry)
            implements Request {
        public ExecuteRequest {
            names = List.copyOf(names);
        }
    }

    /**
     * Run {@code down()} of applied migrations, the one applied last first.
     *
     * @param names only these
     * @param last this many of the last applied, or null
     * @param to down to this one, which stays applied, or null
     * @param run those that this run applied, or null
     * @param stored use the source in the journal where the file is missing or was edited
     */
    record RollbackRequest(List<String> names, Integer last, String to, String run, boolean stored) implements Request {
        public RollbackRequest {
            names = List.copyOf(names);
        }
    }

    /**
     * Run {@code down()} of an applied migration as it was applied, then {@code up()} of its present file.
     *
     * @param name null for the one applied last
     */
    record RedoRequest(String name) implements Request {}

    /**
     * Record pending migrations as ignored, without running them.
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

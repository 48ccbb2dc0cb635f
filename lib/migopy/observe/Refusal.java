package migopy.observe;

import migopy.MigopyException;

/**
 * Thrown into a migration's own call to stop it. An {@code Error}: the driver ignores every {@code
 * Exception} of a command listener, and user code that catches {@code Exception} must not go on.
 */
public final class Refusal extends Error {
    private static final long serialVersionUID = 1L;

    private final transient MigopyException reason;

    Refusal(MigopyException reason) {
        super(reason.getMessage(), reason);
        this.reason = reason;
    }

    /** Returns what was refused, and what to do instead. */
    public MigopyException reason() {
        return reason;
    }
}

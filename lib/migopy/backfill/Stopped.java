package migopy.backfill;

/** The run was asked to end: the backfill ended after its batch, and its checkpoint is kept. */
public final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param reason who asked: {@code SIGTERM}
     */
    public Stopped(String reason) {
        super(reason);
    }
}

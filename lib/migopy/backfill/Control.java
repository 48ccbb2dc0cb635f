package migopy.backfill;

/** What another terminal asks a running backfill for. */
public enum Control {
    GO,
    PAUSE,
    CANCEL
}

package support;

/**
 * The servers that a test may request, each started on first request: {@link #REPLICA_SET} once per run, {@link #OWN}
 * once per test, the others once per class.
 */
public enum Kind {
    /** One member of the newest version; serves nearly all tests. */
    REPLICA_SET("6.0.5", 1),
    /** Not a replica set, so without transactions. */
    STANDALONE("6.0.5", 0),
    /** A replica set with one member that requires a password. */
    AUTH("6.0.5", 1),
    /** A replica set with one member that accepts TLS only; see {@link TlsFiles}. */
    TLS("6.0.5", 1),
    /** A replica set of three members. */
    THREE_MEMBERS("6.0.5", 3),
    /** The oldest version that Migopy is tested on. */
    MONGODB_5("5.0.4", 1),
    /** A later patch release of the version that all other tests use. */
    MONGODB_6_LATE("6.0.27", 1),
    /**
     * A replica set with one member for this test alone, which may kill it, step it down or fill its disk; one per
     * parameter.
     */
    OWN("6.0.5", 1);

    private final String version;
    private final int members;

    Kind(String version, int members) {
        this.version = version;
        this.members = members;
    }

    String version() {
        return version;
    }

    /** Returns the number of members; 0 for a standalone. */
    int members() {
        return members;
    }
}

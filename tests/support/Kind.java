package support;

/**
 * The servers that a test may ask for, each started when the first test asks: {@link #REPLICA_SET}
 * once a run, {@link #OWN} once a test, the others once a class.
 */
public enum Kind {
    /** One member, the newest version: the one that serves nearly all tests. */
    REPLICA_SET("6.0.5", 1),
    /** No replica set, thus no transactions. */
    STANDALONE("6.0.5", 0),
    /** A replica set of one that lets nobody in without a password. */
    AUTH("6.0.5", 1),
    /** A replica set of one that speaks TLS only; see {@link TlsFiles}. */
    TLS("6.0.5", 1),
    /** A replica set of three members. */
    THREE_MEMBERS("6.0.5", 3),
    /** The oldest version that Migopy is tested on. */
    MONGODB_5("5.0.4", 1),
    /** A later patch of the version that all else is tested on. */
    MONGODB_6_LATE("6.0.27", 1),
    /**
     * A replica set of one for this test alone, which may kill it, step it down or fill its disk;
     * one for each parameter.
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

    /** How many members the replica set has; 0: it is none. */
    int members() {
        return members;
    }
}

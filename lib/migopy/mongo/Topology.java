package migopy.mongo;

/** What kind of server answers. */
public enum Topology {
    STANDALONE,
    REPLICA_SET,
    SHARDED,
    /**
     * The small server that Migopy starts itself: no sessions, no pipeline updates, no {@code
     * hello}.
     */
    EMBEDDED
}

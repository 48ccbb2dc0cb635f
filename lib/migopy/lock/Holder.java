package migopy.lock;

import java.time.Instant;
import java.time.ZoneId;
import migopy.console.Wording;

/**
 * Who holds the lock, or held it last.
 *
 * @param owner the id of the owner; unique to one run of one process
 * @param token rises by one with each owner
 * @param live whether the lease had not run out yet when this was read, by the server's clock
 * @param restore the note of an unfinished restore; null if there is none
 */
public record Holder(
        String owner,
        String run,
        String host,
        long pid,
        long token,
        Instant acquiredAt,
        Instant expiresAt,
        boolean live,
        RestoreNote restore) {

    /**
     * The end of the lease as a person reads it: {@code 10:12:31}, with its date if that is far.
     */
    public String until() {
        return expiresAt == null ? "its end" : Wording.until(expiresAt, Instant.now(), ZoneId.systemDefault());
    }

    /** {@code run 7f3a91 on host, pid 4711}. */
    public String shown() {
        return "run %s on %s, pid %d".formatted(run, host, pid);
    }
}

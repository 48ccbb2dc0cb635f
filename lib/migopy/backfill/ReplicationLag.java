package migopy.backfill;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bson.Document;

/**
 * How far the slowest secondary is behind the primary, by the times of the last applied operations.
 *
 * <p>Read from {@code replSetGetStatus}; if that is not authorized, from {@code hello}, which shows
 * only how far the majority is behind. A member that is down or in its initial sync is ignored,
 * since it would block the backfill for hours. Used under its owner's lock.
 */
final class ReplicationLag {
    /** How long a reply is reused. */
    private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(200);

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int SECONDARY = 2;

    private enum LagSource {
        STATUS,
        HELLO,
        NONE
    }

    private final MongoDatabase admin;
    private LagSource source;
    private Map<String, Duration> delays;
    private Duration last = Duration.ZERO;
    private long askedAt;
    private boolean asked;

    ReplicationLag(MongoClient client, boolean embedded) {
        admin = client.getDatabase("admin").withTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        source = embedded ? LagSource.NONE : LagSource.STATUS;
    }

    /** Returns the current lag; zero if there are no secondaries, or it cannot be measured. */
    Duration now() {
        long now = System.nanoTime();
        if (source == LagSource.NONE || asked && now - askedAt < FRESH) {
            return last;
        }
        asked = true;
        askedAt = now;
        last = ask();
        return last;
    }

    private Duration ask() {
        try {
            return source == LagSource.STATUS ? byStatus() : byHello();
        } catch (MongoCommandException e) {
            // A standalone, a mongos, or a missing privilege; hello works with all of them.
            source = source == LagSource.STATUS ? LagSource.HELLO : LagSource.NONE;
            return source == LagSource.HELLO ? ask() : Duration.ZERO;
        } catch (MongoException e) {
            return last; // An election: the batch itself waits for it.
        }
    }

    private Duration byStatus() {
        Document status = run("replSetGetStatus");
        List<Document> members = status.getList("members", Document.class, List.of());
        Date primary = null;
        for (Document member : members) {
            if ("PRIMARY".equals(member.getString("stateStr"))) {
                primary = applied(member);
            }
        }
        Duration slowest = Duration.ZERO;
        for (Document member : members) {
            boolean secondary = Integer.valueOf(SECONDARY).equals(member.getInteger("state"))
                    && !Double.valueOf(0).equals(member.get("health"));
            if (secondary && primary != null && applied(member) != null) {
                Duration behind = Duration.between(applied(member).toInstant(), primary.toInstant());
                behind = behind.minus(delay(member.getString("name")));
                slowest = behind.compareTo(slowest) > 0 ? behind : slowest;
            }
        }
        return slowest;
    }

    private static Date applied(Document member) {
        Date wall = member.getDate("lastAppliedWallTime"); // in milliseconds, since 4.4
        return wall == null ? member.getDate("optimeDate") : wall;
    }

    /** Returns the delay that is configured for a member. */
    private Duration delay(String member) {
        if (delays == null) {
            delays = configuredDelays();
        }
        return delays.getOrDefault(member, Duration.ZERO);
    }

    private Map<String, Duration> configuredDelays() {
        Map<String, Duration> found = new HashMap<>();
        try {
            Document config = run("replSetGetConfig").get("config", Document.class);
            for (Document member : config.getList("members", Document.class, List.of())) {
                if (member.get("secondaryDelaySecs") instanceof Number seconds) {
                    found.put(member.getString("host"), Duration.ofSeconds(seconds.longValue()));
                }
            }
        } catch (MongoCommandException e) {
            return found; // Not authorized: a delayed member then counts as slow.
        }
        return found;
    }

    private Duration byHello() {
        Document lastWrite = run("hello").get("lastWrite", Document.class);
        if (lastWrite == null) {
            source = LagSource.NONE;
            return Duration.ZERO;
        }
        Date primary = lastWrite.getDate("lastWriteDate");
        Date majority = lastWrite.getDate("majorityWriteDate");
        if (primary == null || majority == null) {
            return Duration.ZERO;
        }
        Duration behind = Duration.between(majority.toInstant(), primary.toInstant());
        return behind.isNegative() ? Duration.ZERO : behind;
    }

    private Document run(String command) {
        return admin.runCommand(new Document(command, 1), ReadPreference.primary());
    }
}

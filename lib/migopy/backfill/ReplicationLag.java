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
 * How far the slowest secondary is behind its primary, by the times of the last operations applied.
 *
 * <p>From {@code replSetGetStatus}; without the right for it from {@code hello}, which knows only
 * how far the majority is behind. A member that is down or in its first copy does not count: it
 * would hold the backfill up for hours. Used under its owner's lock.
 */
final class ReplicationLag {
    /** The answer of one question serves the batches of so long. */
    private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(200);

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int SECONDARY = 2;

    private enum Source {
        STATUS,
        HELLO,
        NONE
    }

    private final MongoDatabase admin;
    private Source source;
    private Map<String, Duration> delays;
    private Duration last = Duration.ZERO;
    private long askedAt;
    private boolean asked;

    ReplicationLag(MongoClient client, boolean embedded) {
        admin = client.getDatabase("admin").withTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        source = embedded ? Source.NONE : Source.STATUS;
    }

    /** The lag now; zero where there are no secondaries, or nobody tells. */
    Duration now() {
        long now = System.nanoTime();
        if (source == Source.NONE || asked && now - askedAt < FRESH) {
            return last;
        }
        asked = true;
        askedAt = now;
        last = ask();
        return last;
    }

    private Duration ask() {
        try {
            return source == Source.STATUS ? byStatus() : byHello();
        } catch (MongoCommandException e) {
            // A standalone, a mongos, or a user without the right: hello is answered by all of
            // them.
            source = source == Source.STATUS ? Source.HELLO : Source.NONE;
            return source == Source.HELLO ? ask() : Duration.ZERO;
        } catch (MongoException e) {
            return last; // An election: the batch itself will find out, and wait for it.
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
        Date wall = member.getDate("lastAppliedWallTime"); // in milliseconds, but since 4.4 only
        return wall == null ? member.getDate("optimeDate") : wall;
    }

    /** What a member is behind because its configuration says so. */
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
            return found; // Without the right to read it, a delayed member counts as slow.
        }
        return found;
    }

    private Duration byHello() {
        Document lastWrite = run("hello").get("lastWrite", Document.class);
        if (lastWrite == null) {
            source = Source.NONE;
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

package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.mongodb.client.model.Updates;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import migopy.MigopyException;
import migopy.lock.Lease;
import migopy.lock.LockStore;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;

/**
 * This machine's clock is off by an hour or jumps, or the machine sleeps. The lease runs in this JVM, since a
 * JVM's clock cannot be set from outside; {@link OvertakenTest} suspends a process.
 */
@OnServer
class ClockTest {
    private static final Duration LEASE = Duration.ofSeconds(30);

    /** A clock that a test can set. */
    private static final class Wall extends Clock {
        private volatile Duration off;

        Wall(Duration off) {
            this.off = off;
        }

        void jump(Duration by) {
            off = off.plus(by);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(off);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private static Lease acquired(MongoServer server, Wall wall) throws InterruptedException {
        return Lease.acquire(
                new LockStore(server.db(), "migrations_lock", true),
                new LockStore.Owner("me", "run-1", "here", 1L),
                LEASE,
                Duration.ZERO,
                wall,
                event -> {});
    }

    private static Document lock(MongoServer server) {
        return server.collection("migrations_lock").find().first();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void aClockThatIsOffByAnHourOrJumpsHasNoEffect(long hours, MongoServer server) throws Exception {
        Wall wall = new Wall(Duration.ofHours(hours));
        try (Lease lease = acquired(server, wall)) {
            assertThat(lease.serverTime()).isCloseTo(server.time(), within(5, ChronoUnit.SECONDS));
            Instant first = lock(server).getDate("expiresAt").toInstant();
            assertThat(first).isCloseTo(server.time().plus(LEASE), within(5, ChronoUnit.SECONDS));

            wall.jump(Duration.ofHours(hours));
            lease.ensureHeld();

            assertThat(lock(server)).containsEntry("owner", "me").containsEntry("token", 1L);
            Instant second = lock(server).getDate("expiresAt").toInstant();
            // A jump forward may have been a sleep, so the lease is renewed before anything is started.
            assertThat(second.isAfter(first)).isEqualTo(hours > 0);
            assertThat(lease.serverTime()).isCloseTo(server.time(), within(5, ChronoUnit.SECONDS));
        }
        assertThat(lock(server).get("owner")).isNull();
    }

    @Test
    void aRunOnALaptopThatSleptForAnHourDetectsThatItWasOvertaken(MongoServer server) throws Exception {
        Wall wall = new Wall(Duration.ZERO);
        try (Lease lease = acquired(server, wall)) {
            // Meanwhile another run has taken the lock and is running.
            server.collection("migrations_lock")
                    .updateOne(
                            new Document(), Updates.combine(Updates.set("owner", "other"), Updates.set("token", 2L)));
            wall.jump(Duration.ofHours(1)); // System.nanoTime did not advance

            assertThatThrownBy(lease::ensureHeld)
                    .isInstanceOfSatisfying(
                            MigopyException.class, e -> assertThat(e.kind()).isEqualTo(MigopyException.Kind.UNKNOWN))
                    .hasMessageContaining("lost its lock");
        }
        assertThat(lock(server)).containsEntry("owner", "other");
    }
}

package faults;

import static org.assertj.core.api.Assertions.assertThat;
import static support.Migrations.marking;
import static support.Migrations.up;
import static support.Project.project;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.MongoServer;
import support.OnServer;
import support.Project;
import support.Run;
import support.TcpProxy;

/** The lease is renewed whatever {@code up()} does to its own process. */
@OnServer
class LeaseTest {
    /** Keeps the heap full for half a lease, then frees it and waits. */
    private static final String FILLING_THE_HEAP = up("""
        java.util.List<byte[]> all = new java.util.ArrayList<>();
        support.Signals.send("in-up");
        long end = System.nanoTime() + 1_500_000_000L;
        int size = 1 << 20;
        while (System.nanoTime() < end) {
            try {
                all.add(new byte[size]);
            } catch (OutOfMemoryError e) {
                size = Math.max(16, size / 2);
            }
        }
        all = null;
        support.Signals.send("freed");
        support.Signals.await("go");
        """);

    /** Each of these threads waits for the server, with a connection of the pool. */
    private static final String USING_EVERY_CONNECTION = up("""
        Thread[] threads = new Thread[%1$d];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> db().getCollection("slow").find().first());
            threads[i].start();
        }
        support.Signals.send("in-up");
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        """);

    private static Project two(MongoServer server, String first) {
        return project(server)
                .with("1_slow.java", first)
                .with("2_two.java", marking("two"))
                .lease("3s");
    }

    @Test
    void theLeaseIsRenewedAfterTheHeapWasFull(MongoServer server) {
        // A call of a client whose threads have ended because of the full heap takes 10 s to fail.
        var project = two(server, FILLING_THE_HEAP).lease("20s");
        Run run = project.start(List.of("-Xmx64m"), "execute").until("freed");

        project.run("execute", "--wait", "21s").exits(4);
        project.signal("go");

        run.exits(0);
        assertThat(project.states().values()).containsExactly("applied", "applied");
        assertThat(project.lock()).containsEntry("token", 1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void theLeaseIsRenewedWhileEveryConnectionOfThePoolIsInUse(int size, MongoServer server) {
        var project = two(server, USING_EVERY_CONNECTION.formatted(size));
        project.environment("MONGO_URI", server.uriWith("maxPoolSize=" + size));
        server.failing("slow", "find").times(size).blocking(Duration.ofSeconds(6));
        Run run = project.start("execute").untilInUp();
        project.environment("MONGO_URI", server.uri());

        project.run("execute", "--wait", "4s").exits(4);

        run.exits(0);
        assertThat(project.lock()).containsEntry("token", 1L);
    }

    @Test
    void theLeaseIsRenewedAfterUpInterruptedEveryThreadAndTheConnectionBroke(MongoServer server) {
        var project = two(server, up("""
            Thread.getAllStackTraces().keySet().stream()
                    .filter(one -> one.getName().startsWith("cluster-")
                            || one.getName().equals("migopy-lease"))
                    .forEach(Thread::interrupt);
            support.Signals.send("in-up");
            support.Signals.await("go");
            """)).lease("6s");
        TcpProxy proxy = server.proxy();
        project.environment("MONGO_URI", server.uriThrough(proxy));
        Run run = project.start("execute").untilInUp();
        proxy.cutOnce();
        project.environment("MONGO_URI", server.uri());

        project.run("execute", "--wait", "7s").exits(4);
        assertThat(project.lock()).containsEntry("pid", run.pid()).containsEntry("token", 1L);
        run.kill();
    }
}

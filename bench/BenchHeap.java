import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The largest heap in use, in bytes.
 *
 * @param peak at any time
 * @param live right after a collection
 */
record BenchHeap(long peak, long live) {
    private static final int SAMPLE_MILLIS = 20;
    private static final int SAMPLES_A_COLLECTION = 50;

    /** Measures while the work runs, with a collection every second. */
    static BenchHeap of(Runnable work) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        long[] most = {0, 0};
        Thread sampler = new Thread(() -> sample(ended, most), "bench-heap");
        sampler.start();
        try {
            work.run();
        } finally {
            ended.countDown();
            sampler.join();
        }
        return new BenchHeap(most[0], most[1]);
    }

    private static void sample(CountDownLatch ended, long[] most) {
        try {
            for (int i = 1; !ended.await(SAMPLE_MILLIS, TimeUnit.MILLISECONDS); i++) {
                most[0] = Math.max(most[0], used());
                if (i % SAMPLES_A_COLLECTION == 0 || most[1] == 0) {
                    System.gc();
                    most[1] = Math.max(most[1], used());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long used() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}

package migopy.observe;

/**
 * Makes what the threads of an observed call do not catch its fault. Threads that a migration gives
 * a handler of their own cannot be seen, nor exceptions that stay in a {@code Future}: a migration that drops one is
 * refused when it is compiled.
 */
public final class UncaughtExceptions implements Thread.UncaughtExceptionHandler, AutoCloseable {
    private final Observation observation;
    private final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();

    private UncaughtExceptions(Observation observation) {
        this.observation = observation;
    }

    /** Begins, until the result is closed. */
    public static UncaughtExceptions of(Observation observation) {
        UncaughtExceptions handler = new UncaughtExceptions(observation);
        Thread.setDefaultUncaughtExceptionHandler(handler);
        return handler;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {
        if (observation.ofThisThread()) {
            observation.fail(thrown);
        }
        if (before != null) {
            before.uncaughtException(thread, thrown);
            return;
        }
        synchronized (System.err) { // as the JVM itself prints it
            System.err.print("Exception in thread \"" + thread.getName() + "\" ");
            thrown.printStackTrace();
        }
    }

    @Override
    public void close() {
        if (Thread.getDefaultUncaughtExceptionHandler() == this) {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }
}

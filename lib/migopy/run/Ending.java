package migopy.run;

/** How the call of {@code up()} or {@code down()} ended. */
sealed interface Ending {
    record Returned() implements Ending {}

    record Threw(Throwable thrown) implements Ending {}

    /**
     * A signal asked it to end.
     *
     * @param over whether it returned or threw within the grace
     * @param thrown what it threw, or null
     */
    record Stopped(Stop.Signalled signal, boolean over, Throwable thrown) implements Ending {}

    /**
     * Its time was up.
     *
     * @param over whether it returned or threw within the grace
     */
    record TimedOut(boolean over) implements Ending {}

    /** Some thread called {@code System.exit}. */
    record Exited(Stop.Exited exit) implements Ending {}
}

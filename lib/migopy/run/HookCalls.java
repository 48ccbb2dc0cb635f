package migopy.run;

import java.util.Set;
import migopy.MigopyException;

/** Calls what the user's own class adds to a run, and says in whose code it failed. */
final class HookCalls {
    private HookCalls() {}

    /** Dumps if that is wanted, and tells where to. */
    @SuppressWarnings("try") // output goes elsewhere meanwhile, and is of no other use
    static String dump(RunContext context, RunOptions options, Preparation preparation) {
        if (!options.dump() && !options.dumpTouched()) {
            return null;
        }
        Set<String> collections =
                options.dumpTouched() ? preparation.touched(context.settings().migrationsCollection()) : Set.of();
        try (OutputCapture output =
                OutputCapture.start(context.console(), context.settings().redactor())) {
            return context.hooks().dump(collections);
        } catch (MigopyException e) {
            throw new MigopyException(MigopyException.Kind.DUMP, e.getMessage(), e.hint(), e);
        } catch (Throwable e) { // the hook is the user's own code
            throw new MigopyException(
                    MigopyException.Kind.DUMP,
                    "The dump before the run failed, and nothing was run: " + Failure.text(e),
                    "Fix doDump() in migopy.java, or run without a dump",
                    e);
        }
    }

    interface Body {
        void run() throws Exception;
    }

    /** Calls one; what it throws ends the run. */
    @SuppressWarnings("try") // output goes elsewhere meanwhile, and is of no other use
    static void call(RunContext context, String name, Body body) {
        try (OutputCapture output =
                OutputCapture.start(context.console(), context.settings().redactor())) {
            body.run();
        } catch (MigopyException e) {
            throw e;
        } catch (Throwable e) { // the hook is the user's own code
            throw new MigopyException(
                    MigopyException.Kind.FAILED,
                    "%s failed: %s".formatted(name, Failure.text(e)),
                    "If it did not throw that on purpose, fix it in migopy.java. See what is recorded: %s status"
                            .formatted(MigopyException.COMMAND),
                    e);
        }
    }
}

package migopy.run;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;

import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Console;
import migopy.console.Event;
import migopy.console.StepReport;
import migopy.files.ChecksumCache;
import migopy.files.Listing;
import migopy.files.MigrationDirectory;
import migopy.journal.By;
import migopy.lock.Holder;
import migopy.lock.Lease;
import migopy.lock.LockStore;
import migopy.mongo.Connection;
import migopy.mongo.MongoErrors;
import migopy.mongo.ServerOperations;
import migopy.plan.Overview;
import migopy.plan.Plan;
import migopy.plan.Planner;
import migopy.plan.Request;
import migopy.plan.Situation;
import migopy.plan.Step;
import migopy.settings.Settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Carries a request out: the order of all effects stands here. */
public final class Runner {
    private final Settings settings;
    private final Connection connection;
    private final String runId;
    private final Console console;
    private final Hooks hooks;
    private final Watchdog watchdog;

    /**
     * @param watchdog hears of signals; whoever installed it closes it
     */
    public Runner(
            Settings settings,
            Connection connection,
            String runId,
            Console console,
            Hooks hooks,
            Watchdog watchdog) {
        this.settings = settings;
        this.connection = connection;
        this.runId = runId;
        this.console = console;
        this.hooks = hooks;
        this.watchdog = watchdog;
    }

    /**
     * Carries it out, or plans it.
     *
     * @throws MigopyException for what keeps the run from starting: usage, locked, unreachable,
     *     dump, ...
     */
    public RunResult run(Request request, RunOptions options) {
        try {
            Listing listing =
                    new MigrationDirectory(
                                    settings.home(),
                                    settings.migrationsDirectory(),
                                    settings.migrationsFilePattern())
                            .scan();
            if (!listing.problems().isEmpty() && !(request instanceof Request.Rollback)) {
                return refused(listing.problems()); // before anybody is asked for anything
            }
            Map<String, String> checksums =
                    new ChecksumCache(settings.cacheDirectory()).of(listing);
            Ledger ledger = Ledger.open(settings, connection);
            return options.dryRun()
                    ? dryRun(request, listing, checksums, ledger)
                    : underLock(request, options, listing, checksums, ledger);
        } catch (InterruptedException | MongoInterruptedException e) {
            return interrupted(e);
        } catch (MongoException e) {
            throw MongoErrors.translate(e, "Working on the journal");
        } catch (MigopyException e) {
            if (watchdog.stopped().isPresent()) {
                return interrupted(e);
            }
            throw e;
        }
    }

    /** A signal came before the first step, or between planning and running. */
    private RunResult interrupted(Exception cause) {
        int exitCode =
                watchdog.stopped().orElse(null) instanceof Stop.Signalled signal
                        ? signal.exitCode()
                        : MigopyException.Kind.FAILED.exitCode();
        MigopyException error =
                new MigopyException(
                        MigopyException.Kind.FAILED,
                        "stopped before anything was run",
                        "Start again: " + MigopyException.COMMAND + " status says how things stand",
                        cause);
        return new RunResult(runId, List.of(), List.of(), error, exitCode);
    }

    private RunResult refused(List<Problem> problems) {
        MigopyException refusal = Plan.refusal(problems);
        return new RunResult(runId, List.of(), problems, refusal, refusal.kind().exitCode());
    }

    private RunResult dryRun(
            Request request, Listing listing, Map<String, String> checksums, Ledger ledger) {
        Set<String> live =
                ledger.locks()
                        .holder()
                        .filter(Holder::live)
                        .map(h -> Set.of(h.run()))
                        .orElse(Set.of());
        Overview overview = Overview.of(listing, checksums, ledger.journal().entries(), live);
        Plan plan = Planner.plan(overview, request);
        if (!plan.problems().isEmpty()) {
            return refused(described(plan.problems(), overview, ledger, null));
        }
        plan.notices().forEach(console::notice);
        Preparation preparation = prepare(plan, ledger);
        if (!preparation.problems().isEmpty()) {
            return refused(preparation.problems());
        }
        List<StepReport> planned =
                plan.steps().stream()
                        .map(step -> StepReport.planned(step.name(), step.direction()))
                        .toList();
        return new RunResult(runId, planned, List.of(), null, 0);
    }

    private Preparation prepare(Plan plan, Ledger ledger) {
        return Preparation.of(plan.steps(), settings, connection, ledger.journal());
    }

    private RunResult underLock(
            Request request,
            RunOptions options,
            Listing listing,
            Map<String, String> checksums,
            Ledger ledger)
            throws InterruptedException {
        By by = By.thisProcess();
        String owner = "%s@%s/%d/%s".formatted(by.user(), by.host(), by.pid(), runId);
        try (Lease lease =
                Lease.acquire(
                        ledger.locks(),
                        new LockStore.Owner(owner, runId, by.host(), by.pid()),
                        settings.lease(),
                        options.waitForLock(),
                        console::event)) {
            ServerOperations operations = new ServerOperations(connection, ownNamespaces());
            Takeover takeover = new Takeover(operations, ledger.journal());
            takeover.raiseFence(lease.token());
            // Under the lock, and behind the fence: nobody can be ahead of us any more.
            Overview overview =
                    Overview.of(listing, checksums, ledger.journal().entries(), Set.of());
            Plan plan = Planner.plan(overview, request);
            if (!plan.problems().isEmpty()) {
                return refused(described(plan.problems(), overview, ledger, takeover));
            }
            plan.notices().forEach(console::notice);
            Operation operation =
                    new Operation(
                            settings,
                            connection,
                            runId,
                            by,
                            console,
                            hooks,
                            watchdog,
                            ledger,
                            lease,
                            operations,
                            takeover,
                            options,
                            null);
            return plan.steps().isEmpty()
                    ? new RunResult(runId, List.of(), List.of(), null, 0)
                    : carryOut(plan, operation);
        }
    }

    private List<String> ownNamespaces() {
        String journal = settings.database() + "." + settings.migrationsCollection();
        return List.of(journal, journal + "_lock");
    }

    private List<Problem> described(
            List<Problem> problems, Overview overview, Ledger ledger, Takeover takeover) {
        List<Problem> described = new ArrayList<>();
        for (Problem problem : problems) {
            Optional<Situation> about =
                    overview.migrations().stream()
                            .filter(one -> one.problem() == problem)
                            .findFirst();
            if (about.isEmpty()) {
                described.add(problem);
            } else if (problem.kind() == Problem.Kind.EDITED) {
                described.add(EditDiff.withDiff(problem, ledger.journal(), about.get().file()));
            } else {
                described.add(
                        takeover == null
                                ? problem
                                : takeover.described(problem, about.get().entry()));
            }
        }
        return described;
    }

    private RunResult carryOut(Plan plan, Operation operation) {
        if (plan.steps().get(0) instanceof Step.Ignore) {
            return new Ignores(operation).run(plan.steps());
        }
        Preparation preparation = prepare(plan, operation.ledger());
        if (!preparation.problems().isEmpty()) {
            return refused(preparation.problems());
        }
        console.event(new Event.RunStarted(settings.database(), connection.server(), runId));
        console.event(new Event.Planned(plan.steps().stream().map(Step::name).toList()));
        String dump = dump(preparation, operation.options());
        hook("beforeRun()", hooks::beforeRun);
        Steps.Outcome outcome;
        try (OutputCapture output =
                OutputCapture.start(
                        console.migrationOutput(),
                        console.migrationErrors(),
                        settings.redactor())) {
            outcome = new Steps(operation.withDump(dump), output).run(preparation.compiled());
        }
        RunResult result =
                new RunResult(
                        runId, outcome.steps(), List.of(), outcome.error(), outcome.exitCode());
        hook("afterRun()", () -> hooks.afterRun(result));
        return result;
    }

    private String dump(Preparation preparation, RunOptions options) {
        if (!options.dump() && !options.dumpTouched()) {
            return null;
        }
        Set<String> collections = options.dumpTouched() ? preparation.touched() : Set.of();
        try {
            return hooks.dump(collections);
        } catch (MigopyException e) {
            throw new MigopyException(MigopyException.Kind.DUMP, e.getMessage(), e.hint(), e);
        } catch (Exception e) {
            throw new MigopyException(
                    MigopyException.Kind.DUMP,
                    "the dump before the run failed, and nothing was run: " + e,
                    "Mend doDump(), or leave the dump out",
                    e);
        }
    }

    private interface HookBody {
        void run() throws Exception;
    }

    private static void hook(String name, HookBody body) {
        try {
            body.run();
        } catch (Exception e) {
            throw new MigopyException(
                    MigopyException.Kind.FAILED,
                    "%s failed: %s".formatted(name, e),
                    "Mend it in migopy.java; status says how things stand",
                    e);
        }
    }
}

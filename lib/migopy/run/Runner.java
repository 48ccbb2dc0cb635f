package migopy.run;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;

import migopy.MigopyException;
import migopy.Problem;
import migopy.console.Console;
import migopy.console.EstimateAnswer;
import migopy.console.Event;
import migopy.console.StepReport;
import migopy.console.Wording;
import migopy.journal.By;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

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
        return surveyed(
                request,
                (survey, ledger) ->
                        options.dryRun()
                                ? dryRun(request, survey, ledger)
                                : underLock(request, options, survey, ledger));
    }

    /** What the directory alone shows is refused before anybody is asked for anything. */
    private static boolean refusesAtOnce(Survey survey, Request request) {
        return !survey.listing().problems().isEmpty() && !(request instanceof Request.Rollback);
    }

    /**
     * Calls {@code up()} of what would be run with a database that can only be read, and tells what
     * it would do.
     *
     * @param told hears of each migration's estimate
     * @return how the planning ended; the exit code is 1 where an {@code up()} failed
     */
    public RunResult estimate(Request.Execute request, Consumer<EstimateAnswer> told) {
        return surveyed(
                request,
                (survey, ledger) -> {
                    Planned planned = planned(request, survey, ledger);
                    if (planned.refusal() != null) {
                        return planned.refusal();
                    }
                    EstimateAnswer answer =
                            new Estimation(settings, connection, console)
                                    .of(planned.preparation().compiled());
                    told.accept(answer);
                    return new RunResult(runId, List.of(), List.of(), null, answer.exitCode());
                });
    }

    private interface Work {
        RunResult of(Survey survey, Ledger ledger) throws InterruptedException;
    }

    private RunResult surveyed(Request request, Work work) {
        try {
            Survey survey = Survey.of(settings);
            if (refusesAtOnce(survey, request)) {
                return refused(survey.listing().problems());
            }
            return work.of(survey, Ledger.open(settings, connection));
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
                        "Stopped before anything was run",
                        "Start again: " + MigopyException.COMMAND + " status says how things stand",
                        cause);
        return new RunResult(runId, List.of(), List.of(), error, exitCode);
    }

    private RunResult refused(List<Problem> problems) {
        MigopyException refusal = Plan.refusal(problems);
        return new RunResult(runId, List.of(), problems, refusal, refusal.kind().exitCode());
    }

    /**
     * A plan that was made without the lock.
     *
     * @param refusal why nothing can be run, or null
     * @param preparation null if there is a refusal
     */
    private record Planned(RunResult refusal, Preparation preparation) {}

    private Planned planned(Request request, Survey survey, Ledger ledger) {
        Overview overview = survey.with(JournalView.read(ledger));
        Plan plan = Planner.plan(overview, request);
        if (!plan.problems().isEmpty()) {
            return new Planned(refused(described(plan.problems(), overview, ledger, null)), null);
        }
        plan.notices().forEach(console::notice);
        Preparation preparation = prepare(plan, ledger);
        return preparation.problems().isEmpty()
                ? new Planned(null, preparation)
                : new Planned(refused(preparation.problems()), null);
    }

    private RunResult dryRun(Request request, Survey survey, Ledger ledger) {
        Planned planned = planned(request, survey, ledger);
        if (planned.refusal() != null) {
            return planned.refusal();
        }
        planned.preparation().shards(connection).forEach(console::notice);
        List<StepReport> steps =
                planned.preparation().steps().stream()
                        .map(step -> StepReport.planned(step.name(), step.direction()))
                        .toList();
        return new RunResult(runId, steps, List.of(), null, 0);
    }

    private Preparation prepare(Plan plan, Ledger ledger) {
        Preparation preparation =
                Preparation.of(plan.steps(), settings, connection, ledger.journal());
        if (watchdog.stopped().isPresent()) {
            // The signal interrupted the compiler, too: what that complains about is no problem.
            throw MigopyException.refused(
                    "Stopped while compiling", "Start again: " + MigopyException.COMMAND);
        }
        return preparation;
    }

    private RunResult underLock(Request request, RunOptions options, Survey survey, Ledger ledger)
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
            ServerOperations operations =
                    new ServerOperations(connection, Ledger.namespaces(settings));
            Takeover takeover = new Takeover(operations, ledger);
            takeover.raiseFence(lease.token());
            // Under the lock, and behind the fence: nobody can be ahead of us any more.
            Overview overview = survey.with(new JournalView(ledger.journal().entries(), Set.of()));
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
        String dump = HookCalls.dump(operation, preparation);
        HookCalls.call("beforeRun()", hooks::beforeRun);
        Steps.Outcome outcome;
        try (OutputCapture output =
                OutputCapture.start(
                        console.migrationOutput(),
                        console.migrationErrors(),
                        settings.redactor())) {
            outcome = new Steps(operation.withDump(dump), output).run(preparation.compiled());
        }
        if (dump != null && outcome.exitCode() != 0) {
            console.notice(
                    "To bring back what was there before: %s dbrestore %s --drop"
                            .formatted(MigopyException.COMMAND, Wording.word(dump)));
        }
        RunResult result =
                new RunResult(
                        runId, outcome.steps(), List.of(), outcome.error(), outcome.exitCode());
        HookCalls.call("afterRun()", () -> hooks.afterRun(result));
        return result;
    }
}

package migopy.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport;
import migopy.backfill.EstimateAnswer;
import migopy.console.Wording;
import migopy.dump.DumpFolder;
import migopy.lock.Lease;
import migopy.plan.Overview;
import migopy.plan.Plan;
import migopy.plan.Plan.Step;
import migopy.plan.Planner;
import migopy.plan.Request;
import migopy.plan.Request.ExecuteRequest;
import migopy.plan.Request.RollbackRequest;
import migopy.plan.Situation;
import migopy.run.Survey.JournalView;

/** Carries a request out. The order of all effects is here. */
public final class Runner {
    /** A refusal that needs no server does not wait for one that is down. */
    private static final Duration JOURNAL_WAIT = Duration.ofSeconds(1);

    private final RunContext context;

    public Runner(RunContext context) {
        this.context = context;
    }

    /**
     * Carries it out, or plans it.
     *
     * @throws MigopyException if the run cannot start: usage, locked, unreachable, dump, ...
     */
    public RunResult run(Request request, RunOptions options) {
        return surveyed(
                request,
                (survey, reader, ledger) -> options.dryRun()
                        ? dryRun(request, survey, reader, ledger)
                        : underLock(request, options, survey, reader, ledger));
    }

    /** Problems of the directory alone are refused before the server is asked. */
    private static boolean refusesAtOnce(Survey survey, Request request) {
        return !survey.listing().problems().isEmpty() && !(request instanceof RollbackRequest);
    }

    /**
     * Calls the {@code up()} of each migration that would be run, with a database that can only be read, and estimates what
     * it would do.
     *
     * @param estimates receives the estimates
     * @return how the planning ended; the exit code is 1 where an {@code up()} failed
     */
    public RunResult estimate(ExecuteRequest request, Consumer<EstimateAnswer> estimates) {
        return surveyed(request, (survey, reader, ledger) -> {
            PlanWithoutLock planned = planned(request, survey, reader, ledger);
            if (planned.refusal() != null) {
                return planned.refusal();
            }
            EstimateAnswer answer =
                    new Estimation(context).of(planned.preparation().compiled());
            estimates.accept(answer);
            return new RunResult(context.runId(), List.of(), List.of(), null, answer.exitCode());
        });
    }

    /**
     * What a request would run.
     *
     * @param names the migrations, in order
     * @param touched the collections that they name, and the journal; empty if they cannot be known
     */
    public record PlannedNames(List<String> names, Set<String> touched) {}

    /**
     * Plans a request without the lock; writes nothing.
     *
     * @param plans receives the plan, unless it is refused
     * @return how the planning ended
     */
    public RunResult plan(ExecuteRequest request, Consumer<PlannedNames> plans) {
        return surveyed(request, (survey, reader, ledger) -> {
            PlanWithoutLock planned = planned(request, survey, reader, ledger);
            if (planned.refusal() != null) {
                return planned.refusal();
            }
            Preparation preparation = planned.preparation();
            plans.accept(new PlannedNames(
                    preparation.steps().stream().map(Step::name).toList(),
                    preparation.touched(context.settings().migrationsCollection())));
            return new RunResult(context.runId(), List.of(), List.of(), null, 0);
        });
    }

    private interface SurveyedWork {
        RunResult of(Survey survey, SourceReader reader, Ledger ledger) throws InterruptedException;
    }

    private RunResult surveyed(Request request, SurveyedWork work) {
        Survey survey = Survey.of(context.settings());
        if (refusesAtOnce(survey, request)) {
            return refused(problemsOfTheDirectory(survey));
        }
        try (SourceReader reader = new SourceReader(context.settings())) {
            if (request instanceof ExecuteRequest execute && execute.names().isEmpty()) {
                reader.readAhead(survey.listing().files(), context.connection()::isMade);
            }
            return context.guarded("Working on the journal", ledger -> work.of(survey, reader, ledger));
        }
    }

    /**
     * The journal decides which of two files with the same number must be renamed. Without it, as when no server answers,
     * the message names both.
     */
    private List<Problem> problemsOfTheDirectory(Survey survey) {
        List<Problem> problems = survey.listing().problems();
        boolean any = problems.stream().anyMatch(one -> one.kind() == Problem.ProblemKind.DUPLICATE_NUMBER);
        if (!any || !context.connection().answersWithin(JOURNAL_WAIT)) {
            return problems;
        }
        return context.guarded(
                "Reading the journal",
                ledger ->
                        survey
                                .with(JournalView.read(ledger, context.connection()), ledger.journal())
                                .problems()
                                .stream()
                                .filter(Problem::ofTheDirectory)
                                .toList());
    }

    private RunResult refused(List<Problem> problems) {
        MigopyException refusal = Plan.refusal(problems);
        return new RunResult(
                context.runId(), List.of(), problems, refusal, refusal.kind().exitCode());
    }

    /**
     * A plan that was made without the lock.
     *
     * @param refusal why nothing can be run, or null
     * @param preparation null if there is a refusal
     */
    private record PlanWithoutLock(RunResult refusal, Preparation preparation) {}

    private PlanWithoutLock planned(Request request, Survey survey, SourceReader reader, Ledger ledger) {
        Overview overview = survey.with(JournalView.read(ledger, context.connection()), ledger.journal());
        Plan plan = Planner.plan(overview, request);
        if (!plan.problems().isEmpty()) {
            return new PlanWithoutLock(refused(described(plan.problems(), overview, ledger, null)), null);
        }
        plan.notices().forEach(context.console()::notice);
        Preparation preparation = prepare(plan, reader, ledger);
        return preparation.problems().isEmpty()
                ? new PlanWithoutLock(null, preparation)
                : new PlanWithoutLock(refused(preparation.problems()), null);
    }

    private RunResult dryRun(Request request, Survey survey, SourceReader reader, Ledger ledger) {
        PlanWithoutLock planned = planned(request, survey, reader, ledger);
        if (planned.refusal() != null) {
            return planned.refusal();
        }
        planned.preparation().shards(context.connection()).forEach(context.console()::notice);
        List<StepReport> steps = planned.preparation().steps().stream()
                .map(step -> StepReport.planned(step.name(), step.direction()))
                .toList();
        return new RunResult(context.runId(), steps, List.of(), null, 0);
    }

    private Preparation prepare(Plan plan, SourceReader reader, Ledger ledger) {
        Preparation preparation = Preparation.of(plan.steps(), reader, context.connection(), ledger.journal());
        context.shutdown().throwIfStopped(); // a signal interrupted the compiler, too: its errors are not problems
        return preparation;
    }

    private RunResult underLock(Request request, RunOptions options, Survey survey, SourceReader reader, Ledger ledger)
            throws InterruptedException {
        try (LockedRun locked = LockedRun.open(context, ledger, options.waitForLock())) {
            // Under the lock and behind the fence, so no other run can change the journal.
            Overview overview = survey.with(new JournalView(locked.entries(), Set.of()), ledger.journal());
            Plan plan = Planner.plan(overview, request);
            if (!plan.problems().isEmpty()) {
                return refused(described(plan.problems(), overview, ledger, locked.recovery()));
            }
            plan.notices().forEach(context.console()::notice);
            return plan.steps().isEmpty()
                    ? new RunResult(context.runId(), List.of(), List.of(), null, 0)
                    : released(carryOut(plan, options, reader, locked), locked.lease());
        }
    }

    private List<Problem> described(List<Problem> problems, Overview overview, Ledger ledger, Recovery recovery) {
        List<Problem> described = new ArrayList<>();
        for (Problem problem : problems) {
            Optional<Situation> about = overview.migrations().stream()
                    .filter(one -> isAbout(problem, one.problem()))
                    .findFirst();
            if (about.isEmpty()) {
                described.add(problem);
            } else if (problem.kind() == Problem.ProblemKind.EDITED) {
                described.add(
                        EditDiff.withDiff(problem, ledger.journal(), about.get().file()));
            } else {
                described.add(
                        recovery == null
                                ? problem
                                : recovery.described(problem, about.get().entry()));
            }
        }
        return described;
    }

    /** Not equals(): a request may have given the problem a hint of its own. */
    private static boolean isAbout(Problem problem, Problem known) {
        return known != null && known.kind() == problem.kind() && known.name().equals(problem.name());
    }

    /** Returns the folder of the dump, or null where none was asked for. */
    private String dump(RunOptions options, Preparation preparation, OwnCode hooks) {
        if (options.dumpTouched()) {
            return hooks.dump(preparation.touched(context.settings().migrationsCollection()));
        }
        return options.dump() ? hooks.dump(Set.of()) : null;
    }

    private RunResult carryOut(Plan plan, RunOptions options, SourceReader reader, LockedRun locked) {
        if (plan.steps().get(0) instanceof Step.MarkIgnored) {
            return new Ignores(locked).run(plan.steps());
        }
        context.connection().connectAhead();
        context.connection().refuseUnknownWriteConcern(context.settings().migrationsCollection());
        Preparation preparation = prepare(plan, reader, locked.ledger());
        if (!preparation.problems().isEmpty()) {
            return refused(preparation.problems());
        }
        locked.tellStarted(plan.steps().stream().map(Step::name).toList());
        try (OwnCode hooks = new OwnCode(locked)) {
            return carryOut(preparation, options, locked, hooks);
        }
    }

    private RunResult carryOut(Preparation preparation, RunOptions options, LockedRun locked, OwnCode hooks) {
        long started = System.nanoTime();
        String dump = dump(options, preparation, hooks);
        hooks.hook("beforeRun()", context.hooks()::beforeRun);
        Steps.StepsResult outcome;
        try (OutputCapture output = locked.captureOutput()) {
            var callOptions = new RecordedCall.CallOptions(options.timeout(), output, hooks.thread());
            outcome = new Steps(locked, callOptions, dump, hooks).run(preparation.compiled());
        }
        if (dump != null && outcome.exitCode() != 0) {
            context.console()
                    .notice("To restore the data from before the run: %s dbrestore %s --drop%s"
                            .formatted(
                                    MigopyException.COMMAND,
                                    Wording.word(dump),
                                    // Whether another tool dumped all of it is unknown.
                                    DumpFolder.isOwn(Path.of(dump)) ? " --exact" : ""));
        }
        return afterRun(
                new RunResult(context.runId(), outcome.steps(), List.of(), outcome.error(), outcome.exitCode()),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started),
                hooks);
    }

    private RunResult afterRun(RunResult result, long durationMs, OwnCode hooks) {
        try {
            hooks.hook("afterRun()", () -> context.hooks().afterRun(result, durationMs));
            return result;
        } catch (MigopyException e) {
            return with(e, result);
        }
    }

    /** The last step has no next one that would find out that the lock was lost under it. */
    private static RunResult released(RunResult result, Lease lease) {
        try {
            lease.release();
            return result;
        } catch (MigopyException e) {
            return with(e, result);
        }
    }

    /** What the steps did is still reported if something fails after them. */
    private static RunResult with(MigopyException e, RunResult result) {
        if (result.error() != null) {
            result.error().addSuppressed(e);
            return result;
        }
        int exitCode = result.exitCode() == 0 ? e.kind().exitCode() : result.exitCode();
        return new RunResult(result.run(), result.steps(), result.problems(), e, exitCode);
    }

    /**
     * The options of a run.
     *
     * @param dryRun only plan
     * @param waitForLock how long to wait for the lock; zero to not wait
     * @param timeout how long one migration may take, or null
     * @param dump dump the database before the first migration
     * @param dumpTouched dump only the collections that the migrations name
     */
    public record RunOptions(
            boolean dryRun, Duration waitForLock, Duration timeout, boolean dump, boolean dumpTouched) {}

    /**
     * How a run ended.
     *
     * @param run the run's id
     * @param steps those that were started, or that are planned
     * @param problems why nothing could be run; empty if there were none
     * @param error why it ended early; null if it did not, or if the last step has the error
     */
    public record RunResult(
            String run, List<StepReport> steps, List<Problem> problems, MigopyException error, int exitCode) {
        public RunResult {
            steps = List.copyOf(steps);
            problems = List.copyOf(problems);
        }
    }
}

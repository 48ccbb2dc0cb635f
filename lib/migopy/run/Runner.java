package migopy.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport;
import migopy.backfill.EstimateAnswer;
import migopy.console.Wording;
import migopy.dump.DumpFolder;
import migopy.plan.Overview;
import migopy.plan.Plan;
import migopy.plan.Plan.Step;
import migopy.plan.Planner;
import migopy.plan.Request;
import migopy.plan.Request.ExecuteRequest;
import migopy.plan.Request.RollbackRequest;
import migopy.plan.Situation;

/** Carries a request out: the order of all effects stands here. */
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
     * @throws MigopyException for what keeps the run from starting: usage, locked, unreachable,
     *     dump, ...
     */
    public RunResult run(Request request, RunOptions options) {
        return surveyed(
                request,
                (survey, reader, ledger) -> options.dryRun()
                        ? dryRun(request, survey, reader, ledger)
                        : underLock(request, options, survey, reader, ledger));
    }

    /** What the directory alone shows is refused before anybody is asked for anything. */
    private static boolean refusesAtOnce(Survey survey, Request request) {
        return !survey.listing().problems().isEmpty() && !(request instanceof RollbackRequest);
    }

    /**
     * Calls {@code up()} of what would be run with a database that can only be read, and tells what
     * it would do.
     *
     * @param told hears of each migration's estimate
     * @return how the planning ended; the exit code is 1 where an {@code up()} failed
     */
    public RunResult estimate(ExecuteRequest request, Consumer<EstimateAnswer> told) {
        return surveyed(request, (survey, reader, ledger) -> {
            Planned planned = planned(request, survey, reader, ledger);
            if (planned.refusal() != null) {
                return planned.refusal();
            }
            EstimateAnswer answer =
                    new Estimation(context).of(planned.preparation().compiled());
            told.accept(answer);
            return new RunResult(context.runId(), List.of(), List.of(), null, answer.exitCode());
        });
    }

    private interface Work {
        RunResult of(Survey survey, SourceReader reader, Ledger ledger) throws InterruptedException;
    }

    private RunResult surveyed(Request request, Work work) {
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
     * Which of two files with one number must be renamed is known from the journal. Without it, as
     * while no server answers, the message names both.
     */
    private List<Problem> problemsOfTheDirectory(Survey survey) {
        List<Problem> problems = survey.listing().problems();
        boolean any = problems.stream().anyMatch(one -> one.kind() == Problem.Kind.DUPLICATE_NUMBER);
        if (!any || !context.connection().answersWithin(JOURNAL_WAIT)) {
            return problems;
        }
        return context.guarded(
                "Reading the journal",
                ledger -> survey.with(JournalView.read(ledger, context.connection())).problems().stream()
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
    private record Planned(RunResult refusal, Preparation preparation) {}

    private Planned planned(Request request, Survey survey, SourceReader reader, Ledger ledger) {
        Overview overview = survey.with(JournalView.read(ledger, context.connection()));
        Plan plan = Planner.plan(overview, request);
        if (!plan.problems().isEmpty()) {
            return new Planned(refused(described(plan.problems(), overview, ledger, null)), null);
        }
        plan.notices().forEach(context.console()::notice);
        Preparation preparation = prepare(plan, reader, ledger);
        return preparation.problems().isEmpty()
                ? new Planned(null, preparation)
                : new Planned(refused(preparation.problems()), null);
    }

    private RunResult dryRun(Request request, Survey survey, SourceReader reader, Ledger ledger) {
        Planned planned = planned(request, survey, reader, ledger);
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
        if (context.watchdog().stopped().isPresent()) {
            // The signal interrupted the compiler, too: what that complains about is no problem.
            throw context.watchdog().endedEarly(null);
        }
        return preparation;
    }

    private RunResult underLock(Request request, RunOptions options, Survey survey, SourceReader reader, Ledger ledger)
            throws InterruptedException {
        try (Operation operation = Operation.open(context, ledger, options.waitForLock())) {
            // Under the lock, and behind the fence: nobody can be ahead of us any more.
            Overview overview = survey.with(new JournalView(operation.entries(), Set.of()));
            Plan plan = Planner.plan(overview, request);
            if (!plan.problems().isEmpty()) {
                return refused(described(plan.problems(), overview, ledger, operation.takeover()));
            }
            plan.notices().forEach(context.console()::notice);
            return plan.steps().isEmpty()
                    ? new RunResult(context.runId(), List.of(), List.of(), null, 0)
                    : carryOut(plan, options, reader, operation);
        }
    }

    private List<Problem> described(List<Problem> problems, Overview overview, Ledger ledger, Takeover takeover) {
        List<Problem> described = new ArrayList<>();
        for (Problem problem : problems) {
            Optional<Situation> about = overview.migrations().stream()
                    .filter(one -> isAbout(problem, one.problem()))
                    .findFirst();
            if (about.isEmpty()) {
                described.add(problem);
            } else if (problem.kind() == Problem.Kind.EDITED) {
                described.add(
                        EditDiff.withDiff(problem, ledger.journal(), about.get().file()));
            } else {
                described.add(
                        takeover == null
                                ? problem
                                : takeover.described(problem, about.get().entry()));
            }
        }
        return described;
    }

    /** A request may have given a problem a hint of its own. */
    private static boolean isAbout(Problem problem, Problem known) {
        return known != null && known.kind() == problem.kind() && known.name().equals(problem.name());
    }

    private RunResult carryOut(Plan plan, RunOptions options, SourceReader reader, Operation operation) {
        if (plan.steps().get(0) instanceof Step.MarkIgnored) {
            return new Ignores(operation).run(plan.steps());
        }
        context.connection().connectAhead();
        Preparation preparation = prepare(plan, reader, operation.ledger());
        if (!preparation.problems().isEmpty()) {
            return refused(preparation.problems());
        }
        operation.tellStarted(plan.steps().stream().map(Step::name).toList());
        String dump = HookCalls.dump(context, options, preparation);
        HookCalls.call(context, "beforeRun()", context.hooks()::beforeRun);
        Steps.Outcome outcome;
        try (OutputCapture output = operation.captureOutput();
                MigrationThread thread = new MigrationThread()) {
            var callOptions = new RecordedCall.CallOptions(options.timeout(), output, thread);
            outcome = new Steps(operation, callOptions, dump).run(preparation.compiled());
        }
        if (dump != null && outcome.exitCode() != 0) {
            context.console()
                    .notice("To bring back what was there before: %s dbrestore %s --drop%s"
                            .formatted(
                                    MigopyException.COMMAND,
                                    Wording.word(dump),
                                    // Nobody knows whether another tool dumped it all.
                                    DumpFolder.isOwn(Path.of(dump)) ? " --exact" : ""));
        }
        return afterRun(
                new RunResult(context.runId(), outcome.steps(), List.of(), outcome.error(), outcome.exitCode()));
    }

    /** What the steps did stays said, also where the user's own code fails after them. */
    private RunResult afterRun(RunResult result) {
        try {
            HookCalls.call(context, "afterRun()", () -> context.hooks().afterRun(result));
            return result;
        } catch (MigopyException e) {
            if (result.error() != null) {
                result.error().addSuppressed(e);
                return result;
            }
            int exitCode = result.exitCode() == 0 ? e.kind().exitCode() : result.exitCode();
            return new RunResult(result.run(), result.steps(), List.of(), e, exitCode);
        }
    }
}

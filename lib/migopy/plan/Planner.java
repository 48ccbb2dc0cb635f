package migopy.plan;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import migopy.MigopyException;
import migopy.Problem;
import migopy.Problem.ProblemKind;
import migopy.console.Wording;
import migopy.plan.Plan.Step;
import migopy.plan.Request.ExecuteRequest;
import migopy.plan.Request.IgnoreRequest;
import migopy.plan.Request.RedoRequest;
import migopy.plan.Request.RollbackRequest;

/** Makes a plan from an overview and a request: a pure function. */
public final class Planner {
    /** The problems that prevent every request, since they make journal or folder ambiguous. */
    private static final Set<ProblemKind> AMBIGUOUS = EnumSet.of(
            ProblemKind.UNREADABLE, ProblemKind.UNKNOWN_ENTRY, ProblemKind.INVALID_NAME, ProblemKind.DUPLICATE_NUMBER);

    private final Overview overview;

    private Planner(Overview overview) {
        this.overview = overview;
    }

    /**
     * Returns what a run will do, or why it is refused.
     *
     * @throws MigopyException usage, if the request names no migration, or is not possible
     */
    public static Plan plan(Overview overview, Request request) {
        Planner planner = new Planner(overview);
        if (request instanceof ExecuteRequest execute) {
            return planner.execute(execute);
        }
        if (request instanceof RollbackRequest rollback) {
            return RollbackPlanner.plan(overview, rollback);
        }
        if (request instanceof RedoRequest redo) {
            return RollbackPlanner.plan(overview, redo);
        }
        return planner.ignore((IgnoreRequest) request);
    }

    private Plan execute(ExecuteRequest request) {
        refuseNamesWithLimits(request.names(), request.to(), request.steps());
        Map<String, Situation> named = NameResolver.resolve(request.names(), overview.migrations());
        for (Situation one : named.values()) {
            refuseWhatCannotBeExecuted(one);
        }
        long limit = request.to() == null ? Long.MAX_VALUE : resolveTo(request.to());
        List<Situation> selected = new ArrayList<>();
        for (Situation one : overview.migrations()) {
            boolean wanted = named.isEmpty() || named.containsKey(one.name());
            boolean within = one.number() != null && one.number() <= limit;
            if (wanted && within && runnable(one, request.retry())) {
                selected.add(one);
            }
        }
        if (request.steps() != null) {
            selected = first(request.steps(), selected);
        }
        List<Problem> blocking = blocking(selected, named, request);
        if (!blocking.isEmpty()) {
            return new Plan(List.of(), blocking, overview.notices());
        }
        List<Step> steps = new ArrayList<>();
        selected.forEach(one -> steps.add(new Step.Up(one.file(), one.entry())));
        return new Plan(steps, List.of(), noticesFor(selected, named));
    }

    /**
     * Returns the first ones, without counting skipped migrations: each run calls them again, and they would
     * use up its steps.
     */
    private static List<Situation> first(int steps, List<Situation> selected) {
        List<Situation> first = new ArrayList<>();
        int counted = 0;
        for (Situation one : selected) {
            if (!one.skipped() && counted++ == steps) {
                break;
            }
            first.add(one);
        }
        return first;
    }

    /**
     * A failed migration is run again, and an interrupted one if that is safe or the user passed {@code
     * --retry}.
     */
    private static boolean runnable(Situation one, boolean retry) {
        if (one.file() == null) {
            return false;
        }
        if (one.pending() || one.skipped()) {
            return true;
        }
        if (!one.canBeRetried()) {
            return false;
        }
        return retry || !one.needsDecision();
    }

    private List<Problem> blocking(List<Situation> selected, Map<String, Situation> named, ExecuteRequest request) {
        long last = selected.stream().mapToLong(Situation::number).max().orElse(Long.MAX_VALUE);
        Set<String> chosen = new HashSet<>();
        selected.forEach(one -> chosen.add(one.name()));
        List<Problem> blocking = new ArrayList<>(ofTheDirectory());
        for (Situation one : overview.migrations()) {
            Problem problem = one.problem();
            if (problem == null) {
                continue;
            }
            boolean blocks = switch (problem.kind()) {
                case INTERRUPTED ->
                    !chosen.contains(one.name())
                            && (named.isEmpty() || named.containsKey(one.name()) || one.number() < last);
                case OUT_OF_ORDER -> chosen.contains(one.name()) && named.isEmpty() && !request.outOfOrder();
                default -> true;
            };
            if (blocks && !blocking.contains(problem)) {
                blocking.add(problem);
            }
        }
        return blocking;
    }

    private List<Problem> ofTheDirectory() {
        return overview.problems().stream().filter(Problem::ofTheDirectory).toList();
    }

    private void refuseWhatCannotBeExecuted(Situation one) {
        String hint = switch (one.state()) {
            case APPLIED -> "To run it again, roll it back first: " + Wording.command("rollback", one.name());
            case IGNORED -> "To run it: " + Wording.command("repair", one.name(), "--as", "pending", "--reason", "...");
            case SKIPPED, PENDING, RUNNING, ROLLING_BACK, FAILED, ROLLBACK_FAILED, INTERRUPTED, UNREADABLE -> null;
        };
        if (hint != null) {
            throw MigopyException.usage(
                    one.name() + " is already " + one.state().word(), hint);
        }
        if (one.file() == null && one.problem() == null) {
            throw MigopyException.usage("The file of %s is gone".formatted(one.name()), "Restore the file");
        }
    }

    private List<String> noticesFor(List<Situation> selected, Map<String, Situation> named) {
        List<String> notices = new ArrayList<>(overview.notices());
        if (named.isEmpty() || selected.isEmpty()) {
            return notices;
        }
        long last = selected.get(selected.size() - 1).number();
        List<String> stillPending = overview.migrations().stream()
                .filter(one -> one.pending() && one.number() < last && !named.containsKey(one.name()))
                .map(Situation::name)
                .toList();
        if (!stillPending.isEmpty()) {
            notices.add(
                    stillPending.size() == 1
                            ? stillPending.get(0) + " stays pending"
                            : "%s and %d more stay pending".formatted(stillPending.get(0), stillPending.size() - 1));
        }
        return notices;
    }

    private Plan ignore(IgnoreRequest request) {
        refuseNamesWithLimits(request.names(), request.to(), null);
        Map<String, Situation> named = NameResolver.resolve(request.names(), overview.migrations());
        for (Situation one : named.values()) {
            if (!one.pending() && !one.skipped() && one.problem() == null) {
                throw MigopyException.usage(
                        "%s is not pending, but %s"
                                .formatted(one.name(), one.state().word()),
                        "Name only pending migrations");
            }
        }
        List<Problem> blocking = new ArrayList<>(overview.problems());
        blocking.removeIf(problem -> !AMBIGUOUS.contains(problem.kind()));
        long limit = request.to() == null ? Long.MAX_VALUE : resolveTo(request.to());
        List<Step> steps = new ArrayList<>();
        for (Situation one : overview.migrations()) {
            boolean isNamed = named.containsKey(one.name());
            boolean wanted = one.pending() && (named.isEmpty() || isNamed) || one.skipped() && isNamed;
            if (wanted && one.number() <= limit) {
                steps.add(new Step.MarkIgnored(one.file(), one.entry()));
                if (one.renamed()) {
                    blocking.add(one.problem());
                }
            }
        }
        return blocking.isEmpty()
                ? new Plan(steps, List.of(), List.of())
                : new Plan(List.of(), blocking, overview.notices());
    }

    private static void refuseNamesWithLimits(List<String> names, String to, Integer steps) {
        if (!names.isEmpty() && (to != null || steps != null)) {
            throw MigopyException.usage(
                    "Names and %s cannot be combined".formatted(to != null ? "--to" : "--steps"),
                    "Pass either the names or the limit");
        }
        if (steps != null && steps < 1) {
            throw MigopyException.usage("--steps must be at least 1", "Omit it to run all pending migrations");
        }
    }

    private long resolveTo(String name) {
        Situation to = NameResolver.resolve(name, overview.migrations());
        if (to.number() == null) {
            throw MigopyException.usage(to.name() + " has no number", "Pass another migration to --to");
        }
        return to.number();
    }
}

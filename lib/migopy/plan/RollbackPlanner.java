package migopy.plan;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import migopy.MigopyException;
import migopy.Problem;
import migopy.Problem.ProblemKind;
import migopy.console.Wording;
import migopy.plan.Plan.Step;
import migopy.plan.Request.RedoRequest;
import migopy.plan.Request.RollbackRequest;

/** Plans rollbacks and redos. What was applied last is rolled back first. */
final class RollbackPlanner {
    private static final Comparator<Situation> BY_START = Comparator.<Situation, Instant>comparing(
                    one -> one.entry().startedAt(), Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Situation::number, Comparator.nullsFirst(Long::compare));

    private final Overview overview;

    private RollbackPlanner(Overview overview) {
        this.overview = overview;
    }

    static Plan plan(Overview overview, RollbackRequest request) {
        return new RollbackPlanner(overview).plan(request);
    }

    static Plan plan(Overview overview, RedoRequest request) {
        return new RollbackPlanner(overview).redo(request);
    }

    /** Rolls back with the source that was applied, then applies the present files of the same migrations. */
    private Plan redo(RedoRequest request) {
        if (request.name() == null) {
            refuseIfTheNewestFailed();
        }
        boolean named = request.name() != null;
        Plan back = plan(
                new RollbackRequest(named ? List.of(request.name()) : List.of(), named ? null : 1, null, null, true));
        if (!back.problems().isEmpty()) {
            return back;
        }
        if (back.steps().isEmpty()) {
            throw MigopyException.usage(
                    "No migration is applied, so there is none to redo",
                    "Run what is pending: %s execute".formatted(MigopyException.COMMAND));
        }
        List<Step> steps = new ArrayList<>();
        List<Problem> blocking = new ArrayList<>();
        for (Step step : back.steps()) {
            Situation one = NameResolver.resolve(step.name(), overview.migrations());
            if (one.file() == null) {
                blocking.add(new Problem(
                        ProblemKind.MISSING,
                        one.name(),
                        "%s is applied, but its file is gone, so only its down() could run".formatted(one.name()),
                        "Restore the file, or only roll it back: "
                                + Wording.command("rollback", one.name(), "--stored")));
            }
            steps.add(step);
            steps.add(new Step.Up(one.file(), one.entry(), true));
        }
        return new Plan(blocking.isEmpty() ? steps : List.of(), blocking, back.notices());
    }

    /** The newest migration is not applied if it failed, and the user who asks for a redo has just edited it. */
    private void refuseIfTheNewestFailed() {
        List<Situation> applied = newestFirst(RollbackPlanner::applied);
        List<Situation> failed = newestFirst(one -> one.state() == MigrationState.FAILED);
        if (!failed.isEmpty() && (applied.isEmpty() || BY_START.compare(failed.get(0), applied.get(0)) > 0)) {
            throw notApplied(failed.get(0));
        }
    }

    private Plan plan(RollbackRequest request) {
        List<Situation> selected = selectedForRollback(request);
        List<Problem> blocking = new ArrayList<>();
        for (Situation one : overview.migrations()) {
            Problem problem = one.problem();
            boolean blocks = problem != null
                    && switch (problem.kind()) {
                        case UNREADABLE, UNKNOWN_ENTRY, INTERRUPTED, FAILED -> true;
                        case EDITED, RENAMED -> selected.contains(one) && !request.stored();
                        default -> false;
                    };
            if (blocks) {
                blocking.add(problem.kind() == ProblemKind.EDITED ? editedForRollback(problem) : problem);
            } else if (selected.contains(one) && one.file() == null) {
                if (one.entry().withoutSource()) {
                    blocking.add(Problems.foreign(one.entry()));
                } else if (!request.stored()) {
                    blocking.add(goneForRollback(one));
                }
            }
        }
        if (!blocking.isEmpty()) {
            return new Plan(List.of(), blocking, overview.notices());
        }
        List<Step> steps = new ArrayList<>();
        for (Situation one : selected) {
            boolean edited =
                    one.renamed() || one.problem() != null && one.problem().kind() == ProblemKind.EDITED;
            steps.add(new Step.Down(one.entry(), edited ? null : one.file()));
        }
        return new Plan(steps, List.of(), List.of());
    }

    private static Problem editedForRollback(Problem edited) {
        return new Problem(
                ProblemKind.EDITED,
                edited.name(),
                edited.message(),
                "Roll back with the text that was applied: " + Wording.command("rollback", edited.name(), "--stored"));
    }

    private static Problem goneForRollback(Situation one) {
        return new Problem(
                ProblemKind.MISSING,
                one.name(),
                "%s is applied, but its file is gone".formatted(one.name()),
                "Restore the file, or use the source in the journal: "
                        + Wording.command("rollback", one.name(), "--stored"));
    }

    private List<Situation> selectedForRollback(RollbackRequest request) {
        int ways = (request.names().isEmpty() ? 0 : 1)
                + (request.last() == null ? 0 : 1)
                + (request.to() == null ? 0 : 1)
                + (request.run() == null ? 0 : 1);
        if (ways != 1) {
            throw MigopyException.usage(
                    "rollback needs exactly one of NAME, --last, --to and --run",
                    "The newest one: %s rollback --last 1".formatted(MigopyException.COMMAND));
        }
        List<Situation> applied = newestFirst(RollbackPlanner::applied);
        if (request.last() != null) {
            return applied.subList(0, Math.min(request.last(), applied.size()));
        }
        if (request.run() != null) {
            List<Situation> ofRun = applied.stream()
                    .filter(one -> request.run().equals(one.entry().run()))
                    .toList();
            if (ofRun.isEmpty()) {
                throw MigopyException.usage(
                        "Nothing is still applied from run " + request.run(),
                        "List the runs: %s history".formatted(MigopyException.COMMAND));
            }
            return ofRun;
        }
        if (request.to() != null) {
            Situation to = requireApplied(NameResolver.resolve(request.to(), overview.migrations()));
            return applied.subList(0, applied.indexOf(to));
        }
        Map<String, Situation> named = NameResolver.resolve(request.names(), overview.migrations());
        named.values().forEach(RollbackPlanner::requireApplied);
        return applied.stream().filter(one -> named.containsKey(one.name())).toList();
    }

    private static Situation requireApplied(Situation one) {
        boolean inDoubt = one.problem() != null && one.state() != MigrationState.PENDING;
        if (!applied(one) && !inDoubt) {
            throw notApplied(one);
        }
        return one;
    }

    private static MigopyException notApplied(Situation one) {
        String hint = one.state() == MigrationState.FAILED
                ? "Only an applied migration can be rolled back. Undo by hand what its up() did, fix"
                        + " its file, then run: %s execute"
                : "List the applied migrations: %s status --all";
        return MigopyException.usage(
                "%s is not applied, but %s".formatted(one.name(), one.state().word()),
                hint.formatted(MigopyException.COMMAND));
    }

    private List<Situation> newestFirst(Predicate<Situation> which) {
        return overview.migrations().stream()
                .filter(which)
                .sorted(BY_START.reversed())
                .toList();
    }

    private static boolean applied(Situation one) {
        return one.state() == MigrationState.APPLIED;
    }
}

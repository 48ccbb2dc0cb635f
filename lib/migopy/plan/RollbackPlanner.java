package migopy.plan;

import migopy.MigopyException;
import migopy.Problem;
import migopy.Problem.Kind;
import migopy.console.MigrationState;
import migopy.journal.JournalEntry;
import migopy.journal.State;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The part of planning that goes back: what was applied last is the first to go. */
final class RollbackPlanner {
    private final Overview overview;

    private RollbackPlanner(Overview overview) {
        this.overview = overview;
    }

    static Plan plan(Overview overview, Request.Rollback request) {
        return new RollbackPlanner(overview).plan(request);
    }

    private Plan plan(Request.Rollback request) {
        List<Situation> selected = selectedForRollback(request);
        List<Problem> inTheWay = new ArrayList<>();
        for (Situation one : overview.migrations()) {
            Problem problem = one.problem();
            boolean blocks =
                    problem != null
                            && switch (problem.kind()) {
                                case UNREADABLE, UNKNOWN_ENTRY, INTERRUPTED, FAILED -> true;
                                case EDITED -> selected.contains(one);
                                default -> false;
                            };
            if (blocks) {
                inTheWay.add(problem);
            } else if (selected.contains(one) && one.file() == null && !request.stored()) {
                inTheWay.add(goneForRollback(one));
            }
        }
        if (!inTheWay.isEmpty()) {
            return new Plan(List.of(), inTheWay, overview.notices());
        }
        List<Step> steps = new ArrayList<>();
        selected.forEach(one -> steps.add(new Step.Rollback(one.entry(), one.file())));
        return new Plan(steps, List.of(), List.of());
    }

    private static Problem goneForRollback(Situation one) {
        return new Problem(
                Kind.MISSING,
                one.name(),
                "%s is applied, but its file is gone".formatted(one.name()),
                "Bring the file back, or use what the journal kept: %s rollback %s --stored"
                        .formatted(MigopyException.COMMAND, one.name()));
    }

    private List<Situation> selectedForRollback(Request.Rollback request) {
        int ways =
                (request.names().isEmpty() ? 0 : 1)
                        + (request.last() == null ? 0 : 1)
                        + (request.to() == null ? 0 : 1)
                        + (request.run() == null ? 0 : 1);
        if (ways != 1) {
            throw MigopyException.usage(
                    "rollback needs one of NAME, --last, --to and --run",
                    "The newest one: %s rollback --last 1".formatted(MigopyException.COMMAND));
        }
        List<Situation> applied = newestAppliedFirst();
        if (request.last() != null) {
            return applied.subList(0, Math.min(request.last(), applied.size()));
        }
        if (request.run() != null) {
            List<Situation> ofRun =
                    applied.stream()
                            .filter(one -> request.run().equals(one.entry().run()))
                            .toList();
            if (ofRun.isEmpty()) {
                throw MigopyException.usage(
                        "Nothing that is applied was applied by run " + request.run(),
                        "See the runs: %s history".formatted(MigopyException.COMMAND));
            }
            return ofRun;
        }
        if (request.to() != null) {
            Situation to = requireApplied(Names.resolve(request.to(), overview.migrations()));
            return applied.subList(0, applied.indexOf(to));
        }
        Map<String, Situation> named = Names.resolve(request.names(), overview.migrations());
        named.values().forEach(RollbackPlanner::requireApplied);
        return applied.stream().filter(one -> named.containsKey(one.name())).toList();
    }

    private static Situation requireApplied(Situation one) {
        boolean inDoubt = one.problem() != null && one.state() != MigrationState.PENDING;
        if (!appliedStill(one) && !inDoubt) {
            throw MigopyException.usage(
                    "%s is not applied but %s".formatted(one.name(), one.state().word()),
                    "See what is applied: %s status --all".formatted(MigopyException.COMMAND));
        }
        return one;
    }

    private List<Situation> newestAppliedFirst() {
        Comparator<Situation> byStart =
                Comparator.comparing(
                        one -> one.entry().startedAt(),
                        Comparator.nullsFirst(Comparator.naturalOrder()));
        Comparator<Situation> byNumber =
                Comparator.comparing(Situation::number, Comparator.nullsFirst(Long::compare));
        return overview.migrations().stream()
                .filter(RollbackPlanner::appliedStill)
                .sorted(byStart.thenComparing(byNumber).reversed())
                .toList();
    }

    /**
     * A rollback in a transaction that was cut off has changed nothing: the migration is still
     * applied.
     */
    private static boolean appliedStill(Situation one) {
        JournalEntry entry = one.entry();
        return one.state() == MigrationState.APPLIED
                || (one.state() == MigrationState.INTERRUPTED
                        && entry.state() == State.ROLLING_BACK
                        && entry.transactional());
    }
}

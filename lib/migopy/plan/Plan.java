package migopy.plan;

import java.util.List;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport.Direction;
import migopy.files.MigrationFile;
import migopy.journal.Entry.JournalEntry;

/**
 * What would be done, or why nothing can be.
 *
 * @param steps in their order; empty where there is nothing to do, or where a problem is in the way
 * @param problems what is in the way
 * @param notices what a person should know that is in nobody's way
 */
public record Plan(List<Step> steps, List<Problem> problems, List<String> notices) {
    public Plan {
        steps = List.copyOf(steps);
        problems = List.copyOf(problems);
        notices = List.copyOf(notices);
    }

    /** Why this plan cannot be carried out; null if it can. Its problems say more. */
    public MigopyException refusal() {
        if (problems.isEmpty()) {
            return null;
        }
        return refusal(problems);
    }

    /**
     * One error for one or more problems: of kind unknown if one of them is an interrupted
     * migration, which outweighs the others, else refused.
     */
    public static MigopyException refusal(List<Problem> problems) {
        Problem first = problems.get(0);
        for (Problem problem : problems) {
            if (problem.kind() == Problem.ProblemKind.INTERRUPTED) {
                return MigopyException.unknown(problem.message(), problem.hint());
            }
        }
        String more = problems.size() == 1 ? "" : " (and %d more)".formatted(problems.size() - 1);
        return MigopyException.refused(first.message() + more, first.hint());
    }

    /** One thing that a run will do. */
    public sealed interface Step {
        /** The migration's name, without {@code .java}. */
        String name();

        Direction direction();

        /** What the journal knew when the plan was made; null for nothing. */
        JournalEntry entry();

        /**
         * Calls {@code up()}.
         *
         * @param again whether the step before this one rolls it back
         */
        record Up(MigrationFile file, JournalEntry entry, boolean again) implements Step {
            /** One that no other step of the plan is about. */
            public Up(MigrationFile file, JournalEntry entry) {
                this(file, entry, false);
            }

            @Override
            public String name() {
                return file.name();
            }

            @Override
            public Direction direction() {
                return Direction.UP;
            }
        }

        /**
         * Calls {@code down()}.
         *
         * @param file null where the source in the journal is used
         */
        record Down(JournalEntry entry, MigrationFile file) implements Step {
            @Override
            public String name() {
                return entry.name();
            }

            @Override
            public Direction direction() {
                return Direction.DOWN;
            }
        }

        /** Registers it as ignored. */
        record MarkIgnored(MigrationFile file, JournalEntry entry) implements Step {
            @Override
            public String name() {
                return file.name();
            }

            @Override
            public Direction direction() {
                return Direction.IGNORE;
            }
        }
    }
}

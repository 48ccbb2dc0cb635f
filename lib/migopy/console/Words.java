package migopy.console;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import migopy.MigopyException;
import migopy.Problem;
import migopy.StepReport.StepError;

/**
 * Lines for a person: knows the width, the colours, the time zone and the name of the command, and
 * collects a text.
 */
public final class Words {
    /**
     * How many problems are told in full; of more than that a person reads the first and mends
     * those.
     */
    static final int PROBLEM_LIMIT = 20;

    /** How many lines of a diff or of the compiler's a problem shows. */
    static final int DETAIL_LIMIT = 20;

    private static final String INDENT = "    ";

    /**
     * What the lines are made for.
     *
     * @param width how many columns the terminal has
     * @param colour whether words are coloured
     * @param command what a person types: {@code ./migopy}
     * @param zone the zone in which times are told
     */
    public record Look(int width, boolean colour, String command, ZoneId zone) {}

    private final Look look;
    private final StringBuilder text = new StringBuilder();

    public Words(Look look) {
        this.look = look;
    }

    /** How many columns a line has. */
    public int width() {
        return look.width();
    }

    /** One line; the command's placeholder in it is filled in. */
    public void line(String line) {
        text.append(Wording.visible(filled(line))).append('\n');
    }

    /** One line with a coloured word in it, which is escaped by who made it. */
    void painted(String line) {
        text.append(line).append('\n');
    }

    /** A line without anything on it. */
    public void gap() {
        text.append('\n');
    }

    /** What a person types to start Migopy. */
    public String command() {
        return look.command();
    }

    /** A time in the person's zone: {@code 2026-11-20 10:12}; nothing for null. */
    public String time(Instant instant) {
        return instant == null ? "" : Wording.time(instant, look.zone());
    }

    /** {@code 12 ms}; nothing for null. */
    public String duration(Long ms) {
        return ms == null ? "" : Wording.duration(ms);
    }

    /** The word of a state or an outcome as a person reads it, coloured and padded on its right. */
    String state(String word, int width) {
        String spoken = spoken(word);
        String blanks = " ".repeat(Math.max(0, width - spoken.length()));
        return (look.colour() ? Colour.of(word).paint(spoken) : spoken) + blanks;
    }

    /** {@code rolled back} for {@code rolled_back}. */
    public static String spoken(String word) {
        return Wording.visible(word.replace('_', ' '));
    }

    /** An error: one line what, one line what to type. */
    public void error(String message, String hint) {
        message(message);
        if (hint != null && !hint.isBlank()) {
            line(hint);
        }
    }

    /**
     * Each problem with its details and its hint, an empty line between two; all of them, or as
     * many as a person reads.
     */
    public void problems(List<Problem> problems, boolean all) {
        int shown = all ? problems.size() : Math.min(problems.size(), PROBLEM_LIMIT);
        for (int i = 0; i < shown; i++) {
            if (i > 0) {
                gap();
            }
            problem(problems.get(i));
        }
        if (shown < problems.size()) {
            gap();
            line(Wording.count(problems.size() - shown, "more problem") + "; all of them: {migopy} status --all");
        }
    }

    private void problem(Problem problem) {
        message(problem.message());
        problem.details().stream().limit(DETAIL_LIMIT).forEach(detail -> detail(problem.kind(), detail));
        if (problem.details().size() > DETAIL_LIMIT) {
            line(INDENT + "... " + Wording.count(problem.details().size() - DETAIL_LIMIT, "more line"));
        }
        if (problem.hint() != null && !problem.hint().isBlank()) {
            line(problem.hint());
        }
    }

    private void detail(Problem.Kind kind, String detail) {
        String visible = Wording.visible(detail.replace("\t", INDENT).stripTrailing());
        boolean diff = look.colour() && kind == Problem.Kind.EDITED;
        Colour colour = diff && visible.startsWith("+")
                ? Colour.GREEN
                : diff && visible.startsWith("-") ? Colour.RED : Colour.NONE;
        painted(INDENT + colour.paint(visible));
    }

    /** Why a step failed: the message after its name, then the migration's own lines. */
    public void failure(String name, StepError error) {
        message(name + ": " + Wording.shortened(error.shown()));
        List<String> ofCauses =
                error.causes().stream().flatMap(one -> one.frames().stream()).toList();
        frames(
                INDENT,
                error.frames().stream().filter(one -> !ofCauses.contains(one)).toList());
        for (StepError.Cause cause : error.causes()) {
            line(INDENT + "caused by: " + Wording.shortened(cause.shown()));
            frames(INDENT + INDENT, cause.frames());
        }
    }

    private void frames(String indent, List<String> frames) {
        frames.forEach(frame -> line(indent + frame.replace("\t", INDENT)));
    }

    /**
     * A message of someone else may have several lines; those after the first are indented, so that
     * they are not taken for ours.
     */
    private void message(String message) {
        String[] lines = message.strip().split("\\R", DETAIL_LIMIT);
        line(lines[0]);
        for (int i = 1; i < lines.length; i++) {
            line(INDENT + lines[i].stripTrailing());
        }
    }

    private String filled(String line) {
        return line.replace(MigopyException.COMMAND, look.command());
    }

    /** All that was collected. */
    @Override
    public String toString() {
        return text.toString();
    }
}

package migopy.console;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import migopy.Problem;
import migopy.StepReport.StepError;

/** Text for a terminal or a log, built line by line for a width, colours, a time zone and a command name. */
public final class Words {
    /** How many problems are shown in full. */
    static final int PROBLEM_LIMIT = 20;

    /** How many lines of a diff or of compiler output a problem shows. */
    static final int DETAIL_LIMIT = 20;

    /** A message of so many characters is not in another one by chance. */
    private static final int TELLING = 20;

    private static final String INDENT = "    ";

    /**
     * What the lines are formatted for.
     *
     * @param width the width in columns
     * @param colour whether to use colours
     * @param command how the user started Migopy: {@code ./migopy}
     * @param zone the zone in which times are shown
     */
    public record Look(int width, boolean colour, TypedCommand command, ZoneId zone) {
        public Look(int width, boolean colour, String command, ZoneId zone) {
            this(width, colour, new TypedCommand(command, List.of()), zone);
        }
    }

    private final Look look;
    private final StringBuilder text = new StringBuilder();

    public Words(Look look) {
        this.look = look;
    }

    /** Returns the width in columns. */
    public int width() {
        return look.width();
    }

    /** Adds a line; the placeholder of the command is replaced. */
    public void line(String line) {
        text.append(Wording.visible(filled(line))).append('\n');
    }

    /** Adds a line that may contain colours; its maker has escaped the rest. */
    void painted(String line) {
        text.append(line).append('\n');
    }

    /** Adds an empty line. */
    public void gap() {
        text.append('\n');
    }

    /** Returns how the user started Migopy. */
    public String command() {
        return look.command().name();
    }

    /** Returns a time in the user's zone: {@code 2026-11-20 10:12}; empty for null. */
    public String time(Instant instant) {
        return instant == null ? "" : Wording.time(instant, look.zone());
    }

    /** {@code 12 ms}; empty for null. */
    public String duration(Long ms) {
        return ms == null ? "" : Wording.duration(ms);
    }

    /** Returns the word of a state or an outcome, coloured and padded on the right. */
    String state(String word, int width) {
        String spoken = spoken(word);
        String blanks = " ".repeat(Math.max(0, width - spoken.length()));
        return (look.colour() ? Colour.of(word).paint(spoken) : spoken) + blanks;
    }

    /** {@code rolled back} for {@code rolled_back}. */
    public static String spoken(String word) {
        return Wording.visible(word.replace('_', ' '));
    }

    /** Adds an error: a line that says what happened, those of its causes, and one that says what to do. */
    public void error(String message, List<StepError.Cause> causes, String hint) {
        message("", message);
        causes.forEach(cause -> cause("", cause));
        if (hint != null && !hint.isBlank()) {
            line(hint);
        }
    }

    /**
     * Adds each problem with its details and its hint, separated by empty lines; all of them, or the first
     * {@value #PROBLEM_LIMIT}.
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
            line(Wording.count(problems.size() - shown, "more problem") + ". To list all: {migopy} status --all");
        }
    }

    private void problem(Problem problem) {
        message("", problem.message());
        problem.details().stream().limit(DETAIL_LIMIT).forEach(detail -> detail(problem.kind(), detail));
        if (problem.details().size() > DETAIL_LIMIT) {
            line(INDENT + "... " + Wording.count(problem.details().size() - DETAIL_LIMIT, "more line"));
        }
        if (problem.hint() != null && !problem.hint().isBlank()) {
            line(problem.hint());
        }
    }

    private void detail(Problem.ProblemKind kind, String detail) {
        String visible = Wording.visible(detail.replace("\t", INDENT).stripTrailing());
        boolean diff = look.colour() && kind == Problem.ProblemKind.EDITED;
        Colour colour = diff && visible.startsWith("+")
                ? Colour.GREEN
                : diff && visible.startsWith("-") ? Colour.RED : Colour.NONE;
        painted(INDENT + colour.paint(visible));
    }

    /** Adds why a step failed: its name and the message, then the stack frames in the migration's own file. */
    public void failure(String name, StepError error) {
        message("", name + ": " + Wording.shortened(error.shown()));
        failureFrames("", error);
    }

    /** Adds why a part of a list failed, indented: what failed and the message, then the frames. */
    public void failure(String indent, String what, StepError error) {
        message(indent, what + ": " + Wording.shortened(error.shown()));
        failureFrames(indent, error);
    }

    private void failureFrames(String indent, StepError error) {
        List<StepError.Cause> unsaid = unsaid(error.message(), error.causes());
        List<String> ofCauses =
                unsaid.stream().flatMap(one -> one.frames().stream()).toList();
        frames(
                indent + INDENT,
                error.frames().stream().filter(one -> !ofCauses.contains(one)).toList());
        unsaid.forEach(cause -> cause(indent, cause));
    }

    private void cause(String indent, StepError.Cause cause) {
        line(indent + INDENT + causedBy(cause));
        frames(indent + INDENT + INDENT, cause.frames());
    }

    /** Returns {@code caused by: IOException: no such file}. */
    public static String causedBy(StepError.Cause cause) {
        return "caused by: " + Wording.shortened(cause.shown());
    }

    /** Returns the causes that a message does not repeat already, as a bare wrapper's does. */
    public static List<StepError.Cause> unsaid(String message, List<StepError.Cause> causes) {
        String said = Wording.shortened(message);
        return causes.stream().filter(cause -> !says(said, cause)).toList();
    }

    private static boolean says(String message, StepError.Cause cause) {
        String own = Wording.shortened(cause.message());
        return message.equals(own)
                || message.contains(cause.type() + ": " + own)
                || own.length() >= TELLING && message.contains(own);
    }

    private void frames(String indent, List<String> frames) {
        frames.forEach(frame -> line(indent + frame.replace("\t", INDENT)));
    }

    /** Indents all lines of a foreign message after the first, to set them apart from our own. */
    private void message(String indent, String message) {
        String[] lines = message.strip().split("\\R", DETAIL_LIMIT);
        line(indent + lines[0]);
        for (int i = 1; i < lines.length; i++) {
            line(indent + INDENT + lines[i].stripTrailing());
        }
    }

    private String filled(String line) {
        return look.command().fill(line);
    }

    /** Returns the text. */
    @Override
    public String toString() {
        return text.toString();
    }

    /** Colours. Each only repeats what a word says. */
    enum Colour {
        NONE(""),
        GREEN("\033[32m"),
        YELLOW("\033[33m"),
        RED("\033[31m");

        private static final String END = "\033[0m";

        private final String start;

        Colour(String start) {
            this.start = start;
        }

        String paint(String text) {
            return this == NONE ? text : start + text + END;
        }

        /** Returns the colour of the word of a state or an outcome. */
        static Colour of(String word) {
            return switch (word) {
                case "applied", "adopted", "rolled_back", "holds", "verified" -> GREEN;
                case "pending", "planned", "running", "rolling_back" -> YELLOW;
                case "ignored", "unchanged", "repaired", "retired" -> NONE;
                default -> RED;
            };
        }
    }
}

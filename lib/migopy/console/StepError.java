package migopy.console;

import java.util.List;

/**
 * Why a step failed.
 *
 * @param type the exception's class name, or {@code interrupted} or {@code timeout}
 * @param message the exception's message, or the type where there is none; at most 4 kB
 * @param frames the stack frames that lie in the migration's own file, innermost first, as {@code
 *     file:line}; at most 20
 * @param hint what to do about it, where what was thrown knows that; else null
 */
public record StepError(String type, String message, List<String> frames, String hint) {
    public StepError {
        frames = List.copyOf(frames);
    }

    /** Without a hint of its own. */
    public StepError(String type, String message, List<String> frames) {
        this(type, message, frames, null);
    }
}

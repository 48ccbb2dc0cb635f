package migopy.run;

import com.mongodb.MongoException;

import migopy.MigopyException;
import migopy.console.StepError;
import migopy.journal.JournalEntry;
import migopy.mongo.InDoubt;
import migopy.mongo.MongoErrors;
import migopy.settings.Redactor;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What an exception of the user's code says, short and without secrets.
 *
 * <p>The class of an exception may be the user's own, and its methods may throw, overflow the stack
 * or never return. So they are called here alone, in a thread of their own and with a time limit.
 *
 * @param error what the journal records and a person is shown
 * @param overtaken the exception by which this run learned that it lost its lock or its record, or
 *     null
 * @param inDoubt whether it leaves open what the server did
 */
public record Failure(StepError error, MigopyException overtaken, boolean inDoubt) {
    /** In bytes of UTF-8. */
    private static final int MESSAGE_LIMIT = 4 * 1024;

    /** In characters: what is redacted before it is shortened. */
    private static final int READ_LIMIT = 256 * 1024;

    /** How long an exception's own methods may take in all. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** Before the reason, where the record of a transaction could not be read after all. */
    static final String NOT_ASKED = "Whether it was committed could not be asked: ";

    /** Causes of causes are followed so far: they may go in a circle. */
    private static final int CAUSE_LIMIT = 50;

    /**
     * Reads an exception.
     *
     * @param framesOf finds the user's lines that led to it
     */
    public static Failure of(
            Throwable thrown, Function<Throwable, List<String>> framesOf, Redactor redactor) {
        String type = thrown.getClass().getName();
        // Replaced by what is known more, step by step: what is known at the limit is the result.
        AtomicReference<Failure> known =
                new AtomicReference<>(
                        new Failure(new StepError(type, type, List.of()), null, false));
        within(
                () -> {
                    String hint = thrown instanceof MigopyException own ? own.hint() : null;
                    String message = message(thrown, type, redactor);
                    known.set(
                            new Failure(
                                    new StepError(type, message, List.of(), hint), null, false));
                    MongoException lost = orNull(() -> InDoubt.in(thrown));
                    String said = lost == null ? message : inDoubt(lost, thrown, message, redactor);
                    String way = lost == null ? hint : null;
                    String kind = lost == null ? type : JournalEntry.INTERRUPTED;
                    StepError error = new StepError(kind, said, List.of(), way);
                    known.set(new Failure(error, orNull(() -> overtaken(thrown)), lost != null));
                    List<String> frames = orNull(() -> redacted(framesOf.apply(thrown), redactor));
                    if (frames != null) {
                        Failure all = known.get();
                        known.set(
                                new Failure(
                                        new StepError(kind, said, frames, way),
                                        all.overtaken(),
                                        all.inDoubt()));
                    }
                });
        return known.get();
    }

    private static String inDoubt(
            MongoException lost, Throwable thrown, String message, Redactor redactor) {
        String words = redactor.redact(MongoErrors.words(lost));
        String outer =
                lost == thrown
                        ? ""
                        : " (thrown as %s: %s)"
                                .formatted(thrown.getClass().getSimpleName(), message);
        String all =
                "what the server did is unknown: %s: %s%s"
                        .formatted(lost.getClass().getSimpleName(), words, outer);
        return shortened(all, MESSAGE_LIMIT);
    }

    /** A frame holds a line of the source, which may hold a secret. */
    static List<String> redacted(List<String> frames, Redactor redactor) {
        return frames.stream().map(redactor::redact).toList();
    }

    private static String message(Throwable thrown, String type, Redactor redactor) {
        String message = orNull(thrown::getMessage);
        if (message == null || message.isBlank()) {
            return type;
        }
        String read = message.substring(0, Math.min(message.length(), READ_LIMIT));
        return shortened(redactor.redact(read), MESSAGE_LIMIT);
    }

    /** A call of {@code System.exit}, with the lines of the migration that led to it. */
    static StepError exit(
            List<StackTraceElement> stack,
            Function<Throwable, List<String>> framesOf,
            Redactor redactor) {
        Throwable bearer = new Throwable();
        bearer.setStackTrace(stack.toArray(new StackTraceElement[0]));
        List<String> frames = redacted(framesOf.apply(bearer), redactor);
        return new StepError("System.exit", "called System.exit", frames);
    }

    private static MigopyException overtaken(Throwable thrown) {
        Throwable next = thrown;
        for (int i = 0; next != null && i < CAUSE_LIMIT; i++) {
            if (next instanceof MigopyException known
                    && known.kind() == MigopyException.Kind.UNKNOWN) {
                return known;
            }
            next = next.getCause();
        }
        return null;
    }

    /** What {@code toString()} of an exception says, or its class where that fails. */
    public static String text(Throwable thrown) {
        AtomicReference<String> text = new AtomicReference<>(thrown.getClass().getName());
        within(() -> text.set(shortened(String.valueOf(thrown), MESSAGE_LIMIT)));
        return text.get();
    }

    /** The stack trace of an exception, or its class where that fails. */
    public static String trace(Throwable thrown) {
        AtomicReference<String> text = new AtomicReference<>(thrown.getClass().getName());
        within(
                () -> {
                    StringWriter trace = new StringWriter();
                    thrown.printStackTrace(new PrintWriter(trace, true));
                    text.set(trace.toString());
                });
        return text.get();
    }

    /** Calls an exception's methods in a thread of its own, and abandons it at the limit. */
    private static void within(Runnable reading) {
        Thread thread = new Thread(() -> orNull(() -> read(reading)), "migopy-exception");
        thread.setDaemon(true); // what never returns must not keep the JVM
        thread.start();
        boolean interrupted = false;
        long end = System.nanoTime() + LIMIT.toNanos();
        for (long left = LIMIT.toMillis();
                left > 0 && thread.isAlive();
                left = Duration.ofNanos(end - System.nanoTime()).toMillis()) {
            try {
                thread.join(left);
            } catch (InterruptedException e) {
                interrupted = true; // whoever interrupts wants to know this, too
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Void read(Runnable reading) {
        reading.run();
        return null;
    }

    /** What a method of the user's own returns; null if it throws, whatever it throws. */
    private static <T> T orNull(Supplier<T> call) {
        try {
            return call.get();
        } catch (Throwable e) { // also StackOverflowError and the like
            return null;
        }
    }

    static String shortened(String text, int limit) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= limit) {
            return text;
        }
        int end = limit - 3; // for the dots
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
            end--; // in the middle of a character
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8) + "...";
    }
}

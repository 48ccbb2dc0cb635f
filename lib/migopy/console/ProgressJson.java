package migopy.console;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bson.Document;

/**
 * Progress for programs, a document each: of each piece of work the first, one a second, and the
 * last. Used under its owner's lock.
 */
final class ProgressJson {
    private static final long EVERY = TimeUnit.SECONDS.toNanos(1);

    private record Told(long atNanos, Event.Progress untold) {}

    private final Map<String, Told> told = new HashMap<>();

    /** What to tell of it now. */
    Optional<Document> of(Event.Progress progress) {
        long now = System.nanoTime();
        Told before = told.get(progress.name());
        if (before != null && now - before.atNanos() < EVERY) {
            told.put(progress.name(), new Told(before.atNanos(), progress));
            return Optional.empty();
        }
        told.put(progress.name(), new Told(now, null));
        return Optional.of(document(progress));
    }

    /** What is left to tell of work that is over. */
    Optional<Document> ended(String name) {
        Told before = told.remove(name);
        return Optional.ofNullable(before).map(Told::untold).map(ProgressJson::document);
    }

    private static Document document(Event.Progress progress) {
        Document document = new Document("progress", progress.name())
                .append("unit", progress.unit())
                .append("done", progress.done())
                .append("total", progress.total() > 0 ? progress.total() : null)
                .append("perSecond", Math.round(progress.perSecond()));
        if (progress.total() > progress.done() && progress.perSecond() >= 1) {
            double left = (progress.total() - progress.done()) / progress.perSecond();
            document.append("leftMs", Math.round(left * TimeUnit.SECONDS.toMillis(1)));
        }
        if (!progress.batch().isZero()) {
            document.append("batchMs", progress.batch().toMillis());
        }
        return document.append("lagMs", progress.lag().toMillis());
    }
}

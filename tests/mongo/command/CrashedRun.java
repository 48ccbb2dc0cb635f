package mongo.command;

import java.util.Date;
import org.bson.Document;

/** The journal document that a crashed run leaves. */
final class CrashedRun {
    private CrashedRun() {}

    static Document entry(String name, long number) {
        return new Document("_id", name)
                .append("name", name + ".java")
                .append("number", number)
                .append("state", "running")
                .append("run", "run-1")
                .append("fence", 0L)
                .append("transactional", false)
                .append("startedAt", new Date());
    }
}

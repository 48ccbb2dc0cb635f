package migopy.lock;

import org.bson.Document;

/**
 * A restore that has started to replace collections and has not finished: the field {@code restore}
 * of the lock's document, which no restore touches and which every acquisition of the lock returns.
 *
 * @param run the restore's run
 * @param database the database that it restores
 * @param folder where its dump is
 * @param wayOn the arguments of the command that finishes it
 */
public record RestoreNote(String run, String database, String folder, String wayOn) {
    static final String FIELD = "restore";

    static RestoreNote in(Document lock) {
        return lock != null && lock.get(FIELD) instanceof Document note
                ? new RestoreNote(text(note, "run"), text(note, "database"), text(note, "folder"), text(note, "wayOn"))
                : null;
    }

    Document document() {
        return new Document("run", run)
                .append("database", database)
                .append("folder", folder)
                .append("wayOn", wayOn);
    }

    private static String text(Document note, String field) {
        return note.get(field) instanceof String text ? text : "";
    }
}

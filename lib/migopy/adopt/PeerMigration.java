package migopy.adopt;

import java.time.Instant;
import migopy.files.MigrationDirectory;

/**
 * What another tool's journal contains about one migration.
 *
 * @param id the tool's identifier, unique in its journal
 * @param name the name to register it under, if no other migration has it
 * @param state whether it is applied
 * @param doubt why that is unknown; null unless the state is {@link PeerState#IN_DOUBT}
 * @param number the number in its name, or null
 * @param appliedAt when it was applied, or null
 * @param hash the tool's checksum, or null
 */
record PeerMigration(
        String id, String name, PeerState state, String doubt, Long number, Instant appliedAt, String hash) {

    /** Whether the other tool has applied a migration. */
    enum PeerState {
        APPLIED,
        /** Undone there, or never applied. */
        NOT_APPLIED,
        /** Failed or not finished there, or its document cannot be understood. */
        IN_DOUBT
    }

    /** Creates one that is named like a file with an ending. */
    static PeerMigration ofFile(String fileName, Instant appliedAt, String hash) {
        String name = withoutEnding(fileName);
        return new PeerMigration(fileName, name, PeerState.APPLIED, null, leadingNumber(name), appliedAt, hash);
    }

    /** Creates one whose state is unknown. */
    static PeerMigration inDoubt(String id, String name, String doubt) {
        return new PeerMigration(id, name, PeerState.IN_DOUBT, doubt, leadingNumber(name), null, null);
    }

    PeerMigration as(PeerState other, String why) {
        return new PeerMigration(id, name, other, why, number, appliedAt, hash);
    }

    PeerMigration named(String other) {
        return new PeerMigration(id, other, state, doubt, number, appliedAt, hash);
    }

    boolean applied() {
        return state == PeerState.APPLIED;
    }

    boolean inDoubt() {
        return state == PeerState.IN_DOUBT;
    }

    /** Returns a file's name without its ending; the same name if nothing precedes the ending. */
    static String withoutEnding(String fileName) {
        int dot = fileName.lastIndexOf('.');
        return dot > 0 ? fileName.substring(0, dot) : fileName;
    }

    /** Returns the number that a name starts with, or null; one above which there is no other is not a number, either. */
    static Long leadingNumber(String name) {
        int end = 0;
        while (end < name.length() && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
            end++;
        }
        return numberOf(name.substring(0, end));
    }

    /** Returns the number of digits, or null. */
    static Long numberOf(String digits) {
        long number = MigrationDirectory.number(digits);
        return number < 0 || number == Long.MAX_VALUE ? null : Long.valueOf(number);
    }
}

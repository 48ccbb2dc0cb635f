package migopy.adopt;

import java.time.Instant;
import java.util.List;
import migopy.Problem;
import migopy.files.MigrationFile;
import migopy.journal.Entry.Adoption;
import migopy.journal.State;

/**
 * What an adoption registers, or why it is refused.
 *
 * @param peer the other tool
 * @param collection its journal
 * @param applied how many migrations the other tool has applied
 * @param newest when it applied the last of them, or null
 * @param lock the collection of its lock, or null if it has none
 * @param rows the migrations to register, in their order; empty if there is nothing to do
 * @param known how many of the other tool's migrations the journal has already
 * @param problems why it is refused
 * @param notices what the user should know that refuses nothing
 * @param highest the highest number of the journal and the rows, or null
 * @param highestFile the highest number of a file here, or null
 */
public record AdoptionPlan(
        Peer peer,
        String collection,
        long applied,
        Instant newest,
        String lock,
        List<PlannedEntry> rows,
        int known,
        List<Problem> problems,
        List<String> notices,
        Long highest,
        Long highestFile) {

    /**
     * A migration to register.
     *
     * @param id the other tool's identifier
     * @param name its name here
     * @param state {@link State#APPLIED}, or {@link State#ROLLED_BACK} for one that is pending by the user's decision
     * @param appliedAt when the other tool applied it, or null
     * @param hash the other tool's checksum, or null
     * @param file its file here, or null
     * @param reason the user's decision, or null
     */
    public record PlannedEntry(
            String id,
            String name,
            long number,
            State state,
            Instant appliedAt,
            String hash,
            MigrationFile file,
            String reason) {}

    public AdoptionPlan {
        rows = List.copyOf(rows);
        problems = List.copyOf(problems);
        notices = List.copyOf(notices);
    }

    /** Returns how the journal refers to a row's migration. */
    Adoption origin(PlannedEntry row) {
        return new Adoption(peer.word(), collection, row.id());
    }
}

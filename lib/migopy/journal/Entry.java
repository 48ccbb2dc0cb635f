package migopy.journal;

/** A document of the journal: understood, or not. */
public sealed interface Entry permits JournalEntry, UnreadableEntry {
    /** What to call it on the screen: the migration's name, or what stands in its {@code _id}. */
    String name();
}

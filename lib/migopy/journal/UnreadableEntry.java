package migopy.journal;

/**
 * A document of the journal that cannot be understood; it is reported and never overwritten.
 *
 * @param name its {@code _id} as text
 * @param reason what about it is not understood: {@code state is "done"}
 */
public record UnreadableEntry(String name, String reason) implements Entry {}

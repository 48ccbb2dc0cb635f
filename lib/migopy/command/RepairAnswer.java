package migopy.command;

import java.util.List;
import migopy.console.Answer;
import migopy.console.Table;
import migopy.console.Words;
import org.bson.Document;

/**
 * What a person settled.
 *
 * @param run the run's id
 * @param repaired one for each migration, in their order; empty when there was nothing to settle
 * @param notices what a person should know that is no problem, one line each
 */
public record RepairAnswer(String run, List<Repaired> repaired, List<String> notices) implements Answer {

    /**
     * @param name the migration, without {@code .java}
     * @param was what it was before: {@code interrupted}, {@code missing}, {@code edited}, ...; the
     *     old name of one that was renamed
     * @param as what it is now: {@code applied}, {@code pending}, {@code unchanged} or {@code
     *     renamed}
     */
    public record Repaired(String name, String was, String as) {}

    public RepairAnswer {
        repaired = List.copyOf(repaired);
        notices = List.copyOf(notices);
    }

    @Override
    public void words(Words out) {
        notices.forEach(out::line);
        if (repaired.isEmpty()) {
            out.line("Nothing to settle.");
            return;
        }
        Table table = new Table(out, Table.Align.LEFT, Table.Align.LEFT);
        repaired.forEach(one -> table.row(one.as(), one.name(), before(one.was())));
        table.print();
    }

    private static String before(String was) {
        return switch (was) {
            case "failed" -> "had failed";
            case "rollback_failed" -> "its rollback had failed";
            default -> "was " + was;
        };
    }

    @Override
    public Document json() {
        List<Document> all = repaired.stream()
                .map(one -> new Document("name", one.name())
                        .append("was", one.was())
                        .append("as", one.as()))
                .toList();
        return new Document("run", run).append("repaired", all).append("notices", notices);
    }
}

package migopy.observe;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** Reads from a command whether it writes, and to which collections. */
final class WriteCommand {
    private static final Set<String> OF_DOCUMENTS =
            Set.of("insert", "update", "delete", "findAndModify", "findandmodify", "bulkWrite");

    private static final Set<String> OF_THE_CATALOG = Set.of(
            "create",
            "createIndexes",
            "drop",
            "dropDatabase",
            "dropIndexes",
            "deleteIndexes",
            "collMod",
            "renameCollection",
            "convertToCapped",
            "cloneCollectionAsCapped");

    private static final Set<String> WRITING_STAGES = Set.of("$out", "$merge");

    private WriteCommand() {}

    /** Whether it writes documents. */
    static boolean ofDocuments(String name, BsonDocument command) {
        return OF_DOCUMENTS.contains(name) || writesItsResult(name, command);
    }

    /** Whether it writes documents, collections or indexes. */
    static boolean writes(String name, BsonDocument command) {
        return OF_THE_CATALOG.contains(name) || ofDocuments(name, command);
    }

    private static boolean writesItsResult(String name, BsonDocument command) {
        return switch (name) {
            case "aggregate" -> endsInAWrite(command.get("pipeline"));
            case "mapReduce", "mapreduce" ->
                command.containsKey("out")
                        && !(command.isDocument("out")
                                && command.getDocument("out").containsKey("inline"));
            default -> false;
        };
    }

    static boolean endsInAWrite(BsonValue pipeline) {
        return pipeline != null
                && pipeline.isArray()
                && pipeline.asArray().stream().anyMatch(stage -> stage.isDocument() && writes(stage.asDocument()));
    }

    /** Whether a stage of a pipeline writes. */
    static boolean writes(BsonDocument stage) {
        return stage.keySet().stream().anyMatch(WRITING_STAGES::contains);
    }

    /** Whether its collection has the name of a run's lock. */
    static boolean isOfALock(String name, BsonDocument command) {
        return text(command.get(name)).endsWith("_lock");
    }

    /** Returns the namespaces in it; {@code app.} for a whole database. */
    static Set<String> namespaces(String name, String database, BsonDocument command) {
        Set<String> namespaces = new HashSet<>();
        BsonValue first = command.get(name);
        if (name.equals("renameCollection")) {
            namespaces.add(text(first));
            namespaces.add(text(command.get("to")));
        } else if (name.equals("bulkWrite")) {
            for (BsonValue each : command.getArray("nsInfo", new BsonArray())) {
                namespaces.add(text(each.asDocument().get("ns")));
            }
        } else {
            namespaces.add(database + "." + text(first));
        }
        return namespaces;
    }

    /** Returns the namespaces that it writes to: that of {@code $out} or {@code $merge} instead of the one that is read. */
    static Set<String> targets(String name, String database, BsonDocument command) {
        if (!writesItsResult(name, command)) {
            return writes(name, command) ? namespaces(name, database, command) : Set.of();
        }
        if (command.get("out") != null) {
            return Set.of(target(command.get("out"), database));
        }
        Set<String> targets = new HashSet<>();
        for (BsonValue stage : command.getArray("pipeline", new BsonArray())) {
            BsonDocument document = stage.asDocument();
            if (document.containsKey("$out")) {
                targets.add(target(document.get("$out"), database));
            } else if (document.containsKey("$merge")) {
                BsonValue merge = document.get("$merge");
                targets.add(target(merge.isDocument() ? merge.asDocument().get("into") : merge, database));
            }
        }
        return targets;
    }

    /** {@code "plans"}, {@code {db, coll}}, or {@code {replace: "plans", db}} of mapReduce. */
    private static String target(BsonValue out, String database) {
        if (!out.isDocument()) {
            return database + "." + text(out);
        }
        BsonDocument document = out.asDocument();
        String other = text(document.get("db"));
        String collection = "";
        for (String field : List.of("coll", "replace", "merge", "reduce")) {
            collection = document.containsKey(field) ? text(document.get(field)) : collection;
        }
        return (other.isEmpty() ? database : other) + "." + collection;
    }

    private static String text(BsonValue value) {
        return value != null && value.isString() ? value.asString().getValue() : "";
    }
}

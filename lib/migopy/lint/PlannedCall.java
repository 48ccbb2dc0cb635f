package migopy.lint;

import com.sun.source.tree.NewClassTree;
import com.sun.source.util.TreePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import migopy.lint.RuleReport.CallSite;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/** What the {@code up()} of a migration will do to a collection, as plain values: enough to ask the database about it. */
sealed interface PlannedCall {
    /** Where it is in the source. */
    CallSite site();

    /** The collection's name, or null if it is unknown. */
    String collection();

    /**
     * An index is created.
     *
     * @param keys or null if they are unknown
     * @param options as {@code createIndexes} takes them, or null if they are unknown
     * @param resumable whether the migration can be run again
     */
    record PlannedIndex(CallSite site, String collection, BsonDocument keys, BsonDocument options, boolean resumable)
            implements PlannedCall {
        boolean unique() {
            return options != null && isTrue(options.get("unique"));
        }

        /** Returns its name, which is made of the keys if none is given. */
        String name() {
            if (options.get("name") instanceof BsonString given) {
                return given.getValue();
            }
            List<String> parts = new ArrayList<>();
            keys.forEach((field, kind) -> parts.add(field + "_" + plain(kind)));
            return String.join("_", parts);
        }

        private static String plain(BsonValue kind) {
            return kind instanceof BsonString text
                    ? text.getValue()
                    : Integer.toString(kind.asNumber().intValue());
        }
    }

    /**
     * Indexes are dropped.
     *
     * @param which the name or the keys of an index, or null if they are unknown or all
     */
    record DroppedIndex(CallSite site, String collection, BsonValue which) implements PlannedCall {}

    /**
     * Documents are written.
     *
     * @param method the driver's method
     * @param filter which are changed, or null if that is unknown
     * @param options the text of the options, empty without options
     * @param repeated whether it is in a loop
     */
    record PlannedWrite(
            CallSite site,
            String collection,
            String method,
            BsonDocument filter,
            String options,
            boolean transactional,
            boolean repeated)
            implements PlannedCall {}

    /** A validator is set. */
    record PlannedValidator(CallSite site, String collection, BsonDocument validator) implements PlannedCall {}

    /** Returns what a class will do when it is applied. */
    static List<PlannedCall> of(SourceFacts facts) {
        Literals literals = new Literals(facts);
        List<PlannedCall> planned = new ArrayList<>();
        for (SourceCall call : facts.calls) {
            if (!call.inDown()) {
                add(facts, literals, call, planned);
            }
        }
        return planned;
    }

    private static void add(SourceFacts facts, Literals literals, SourceCall call, List<PlannedCall> planned) {
        CallSite site = CallSite.of(facts, call.path());
        String collection = call.collection();
        if (call.isCommand()) {
            addCommand(site, call, literals, planned);
        } else if (call.ofCollection() && call.is("createIndex")) {
            planned.add(index(site, collection, literals, call.argument(0), call.argument(1)));
        } else if (call.ofCollection() && call.is("createIndexes")) {
            planned.add(new PlannedIndex(site, collection, null, null, false));
        } else if (call.ofCollection() && call.is("dropIndex", "dropIndexes")) {
            planned.add(new DroppedIndex(
                    site, collection, call.argument(0) == null ? null : literals.value(call.argument(0))));
        } else if (call.writes() || call.owner().equals(SourceCall.BACKFILL) || handsOut(facts, call)) {
            TreePath last = call.arguments().isEmpty()
                    ? null
                    : call.argument(call.arguments().size() - 1);
            boolean filtered = call.ofCollection()
                    && Set.of("update", "delete", "replace", "find").stream().anyMatch(call.method()::startsWith);
            planned.add(new PlannedWrite(
                    site,
                    call.is("into") ? call.text(0) : collection,
                    call.method(),
                    filtered ? literals.document(call.argument(0)) : null,
                    last == null ? "" : facts.value(last).getLeaf().toString(),
                    call.inTransaction(),
                    ValueRules.isRepeated(call.path())));
        }
        for (TreePath made : call.is("createIndexes") ? facts.created : List.<TreePath>of()) {
            if (facts.isA(made, "com.mongodb.client.model.IndexModel")
                    && facts.isIn(call.path().getLeaf(), made)) {
                List<TreePath> arguments = new ArrayList<>();
                ((NewClassTree) made.getLeaf()).getArguments().forEach(one -> arguments.add(new TreePath(made, one)));
                planned.add(index(
                        CallSite.of(facts, made),
                        collection,
                        literals,
                        arguments.get(0),
                        arguments.size() > 1 ? arguments.get(1) : null));
            }
        }
    }

    private static PlannedIndex index(
            CallSite site, String collection, Literals literals, TreePath keys, TreePath options) {
        return new PlannedIndex(
                site,
                collection,
                literals.document(keys),
                options == null ? new BsonDocument() : literals.indexOptions(options),
                literals.facts.isResumable());
    }

    private static void addCommand(CallSite site, SourceCall call, Literals literals, List<PlannedCall> planned) {
        BsonDocument known = literals.document(call.argument(0));
        boolean resumable = literals.facts.isResumable();
        String collection = call.collection();
        BsonDocument command = known == null ? new BsonDocument() : known;
        switch (call.method()) {
            case "createIndexes" -> {
                if (!(command.get("indexes") instanceof BsonArray indexes)) {
                    planned.add(new PlannedIndex(site, collection, null, null, resumable));
                    return;
                }
                for (BsonValue one : indexes) {
                    BsonDocument options = one instanceof BsonDocument index ? index.clone() : new BsonDocument();
                    BsonDocument keys = options.remove("key") instanceof BsonDocument some ? some : null;
                    planned.add(new PlannedIndex(site, collection, keys, options, resumable));
                }
            }
            case "dropIndexes" -> planned.add(new DroppedIndex(site, collection, command.get("index")));
            case "collMod" -> {
                if (command.get("validator") instanceof BsonDocument validator
                        && isUsual(command, "validationLevel", "strict")
                        && isUsual(command, "validationAction", "error")) {
                    planned.add(new PlannedValidator(site, collection, validator));
                }
            }
            case "update", "delete", "findAndModify", "insert" ->
                planned.add(new PlannedWrite(site, collection, call.method(), null, "", false, false));
            default -> {} // nothing that the database is asked about
        }
    }

    private static boolean isUsual(BsonDocument command, String option, String usual) {
        return command.getOrDefault(option, new BsonString(usual)).equals(new BsonString(usual));
    }

    /** Whether a method that is not in the source gets a collection or the database, so that it may write. */
    private static boolean handsOut(SourceFacts facts, SourceCall call) {
        return !call.owner().startsWith("com.mongodb.")
                && !facts.methods.containsKey(call.element())
                && call.arguments().stream()
                        .anyMatch(one -> facts.isA(one, SourceCall.COLLECTION) || facts.isA(one, SourceCall.DATABASE));
    }

    static boolean isTrue(BsonValue value) {
        return value != null
                && (value.isBoolean() && value.asBoolean().getValue()
                        || value.isNumber() && value.asNumber().doubleValue() != 0);
    }
}

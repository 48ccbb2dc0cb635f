package migopy.lint;

import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.util.TreePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonInvalidOperationException;
import org.bson.Document;
import org.bson.json.JsonParseException;

/** Documents as they are written in a source: {@code new Document("a", 1)}, {@code Filters.eq("a", 1)}, {@code Updates.set("a", 1)}. */
final class BsonTree {
    static final Set<String> DOCUMENTS =
            Set.of("org.bson.Document", "org.bson.BsonDocument", "com.mongodb.BasicDBObject");

    private static final String UPDATES = "com.mongodb.client.model.Updates";

    private BsonTree() {}

    /**
     * A field of a document.
     *
     * @param value its value, or null if it is in a JSON text
     * @param constant its value if it is in a JSON text, or null
     */
    record BsonField(String key, TreePath value, Object constant) {}

    /**
     * A change of a field.
     *
     * @param operator {@code $set}
     * @param field the field's path
     * @param change where the value is
     */
    record FieldUpdate(String operator, String field, BsonField change) {}

    /** Returns the fields of a document, as far as they are known; none if the expression is something else. */
    static List<BsonField> entries(SourceFacts facts, TreePath expression) {
        List<BsonField> entries = new ArrayList<>();
        TreePath at = facts.value(expression);
        while (at.getLeaf() instanceof MethodInvocationTree call
                && call.getMethodSelect() instanceof MemberSelectTree select
                && call.getArguments().size() == 2
                && select.getIdentifier().contentEquals("append")) {
            entries.add(
                    0,
                    entry(
                            facts,
                            at,
                            call.getArguments().get(0),
                            call.getArguments().get(1)));
            at = facts.value(new TreePath(at, select.getExpression()));
        }
        if (at.getLeaf() instanceof NewClassTree made && isDocument(facts, at)) {
            if (made.getArguments().size() == 2) {
                entries.add(
                        0,
                        entry(
                                facts,
                                at,
                                made.getArguments().get(0),
                                made.getArguments().get(1)));
            }
        } else if (at.getLeaf() instanceof MethodInvocationTree call) {
            Document parsed = parsed(facts, at, call);
            if (parsed != null) {
                parsed.forEach((key, value) -> entries.add(new BsonField(key, null, value)));
            }
        }
        entries.removeIf(one -> one.key() == null);
        return entries;
    }

    private static BsonField entry(SourceFacts facts, TreePath path, ExpressionTree key, ExpressionTree value) {
        return new BsonField(facts.text(new TreePath(path, key)), new TreePath(path, value), null);
    }

    static boolean isDocument(SourceFacts facts, TreePath made) {
        return DOCUMENTS.stream().anyMatch(name -> facts.isA(made, name));
    }

    /** Returns the document of {@code Document.parse("...")}, or null. */
    private static Document parsed(SourceFacts facts, TreePath path, MethodInvocationTree call) {
        SourceCall made = SourceCall.of(facts, path);
        String json = made != null && made.is("parse") && DOCUMENTS.contains(made.owner()) ? made.text(0) : null;
        try {
            return json == null ? null : Document.parse(json);
        } catch (JsonParseException | BsonInvalidOperationException e) {
            return null; // it fails when it is run
        }
    }

    /** Whether it is surely a filter that matches every document. */
    static boolean isEmptyFilter(SourceFacts facts, TreePath filter) {
        TreePath at = facts.value(filter);
        if (at.getLeaf() instanceof NewClassTree made) {
            return made.getArguments().isEmpty() && made.getClassBody() == null && isDocument(facts, at);
        }
        if (!(at.getLeaf() instanceof MethodInvocationTree call)) {
            return false;
        }
        SourceCall made = SourceCall.of(facts, at);
        if (made == null) {
            return false;
        }
        Document parsed = parsed(facts, at, call);
        return parsed != null && parsed.isEmpty()
                || made.is("empty") && made.owner().equals("com.mongodb.client.model.Filters");
    }

    /** Returns the field of a filter that matches all documents without it, or null. */
    static String missingField(SourceFacts facts, TreePath filter) {
        TreePath at = facts.value(filter);
        SourceCall made = facts.call(at);
        if (made != null && made.is("exists") && made.owner().equals("com.mongodb.client.model.Filters")) {
            return made.argument(1) != null && isFalse(made.argument(1)) ? made.text(0) : null;
        }
        List<BsonField> fields = entries(facts, at);
        if (fields.size() != 1) {
            return null;
        }
        BsonField only = fields.get(0);
        if (only.value() == null) {
            boolean missing = only.constant() == null
                    || only.constant() instanceof Map<?, ?> map && Boolean.FALSE.equals(map.get("$exists"));
            return missing ? only.key() : null;
        }
        List<BsonField> operators = entries(facts, only.value());
        boolean missing = operators.size() == 1
                && operators.get(0).key().equals("$exists")
                && operators.get(0).value() != null
                && isFalse(operators.get(0).value());
        return missing ? only.key() : null;
    }

    private static boolean isFalse(TreePath path) {
        return path.getLeaf() instanceof LiteralTree literal && Boolean.FALSE.equals(literal.getValue());
    }

    /** Returns what a lambda returns, if its body is an expression; else the expression itself. */
    static TreePath result(TreePath expression) {
        return expression.getLeaf() instanceof LambdaExpressionTree lambda
                        && lambda.getBody() instanceof ExpressionTree body
                ? new TreePath(expression, body)
                : expression;
    }

    /** Returns the changes of an update that is not a pipeline, as far as they are known. */
    static List<FieldUpdate> changes(SourceFacts facts, TreePath update) {
        List<FieldUpdate> changes = new ArrayList<>();
        TreePath at = facts.value(update);
        SourceCall made = facts.call(at);
        if (made != null && made.owner().equals(UPDATES)) {
            if (made.is("combine")) {
                made.arguments().forEach(one -> changes.addAll(changes(facts, one)));
            } else if (made.text(0) != null) {
                TreePath value = made.argument(1) == null ? made.argument(0) : made.argument(1);
                changes.add(
                        new FieldUpdate("$" + made.method(), made.text(0), new BsonField(made.text(0), value, null)));
            }
            return changes;
        }
        for (BsonField operator : entries(facts, at)) {
            if (operator.value() != null) {
                for (BsonField one : entries(facts, operator.value())) {
                    changes.add(new FieldUpdate(operator.key(), one.key(), one));
                }
            } else if (operator.constant() instanceof Map<?, ?> fields) {
                fields.forEach((key, value) -> changes.add(
                        new FieldUpdate(operator.key(), (String) key, new BsonField((String) key, null, value))));
            }
        }
        return changes;
    }

    /** Returns the text of a value, or null. */
    static String text(SourceFacts facts, BsonField entry) {
        if (entry.value() == null) {
            return entry.constant() instanceof String text ? text : null;
        }
        return facts.text(entry.value());
    }
}

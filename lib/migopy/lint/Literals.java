package migopy.lint;

import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.UnaryTree;
import com.sun.source.util.TreePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.lang.model.element.VariableElement;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonInvalidOperationException;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.json.JsonParseException;

/**
 * Computes the values of expressions that consist of literals, constants and the driver's builders only. Anything else is
 * unknown, which is null here.
 */
final class Literals {
    private static final String FILTERS = "com.mongodb.client.model.Filters";
    private static final String INDEXES = "com.mongodb.client.model.Indexes";
    private static final String INDEX_OPTIONS = "com.mongodb.client.model.IndexOptions";

    /** Methods of {@code Filters} whose arguments are a field and a value: {@code gt("age", 17)}. */
    private static final Set<String> COMPARISONS = Set.of("ne", "gt", "gte", "lt", "lte", "all", "size", "elemMatch");

    private static final Set<String> LISTS = Set.of("java.util.List", "java.util.Arrays");

    final SourceFacts facts;

    Literals(SourceFacts facts) {
        this.facts = facts;
    }

    /** Returns the document that an expression always is, or null. */
    BsonDocument document(TreePath expression) {
        return expression != null && value(expression) instanceof BsonDocument document ? document : null;
    }

    /** Returns the value that an expression always has, or null. */
    BsonValue value(TreePath expression) {
        TreePath at = facts.value(expression);
        Tree leaf = at.getLeaf();
        if (leaf instanceof LiteralTree literal) {
            return constant(literal.getValue(), literal.getKind() == Tree.Kind.NULL_LITERAL);
        }
        if (leaf instanceof UnaryTree minus && minus.getKind() == Tree.Kind.UNARY_MINUS) {
            return negative(value(new TreePath(at, minus.getExpression())));
        }
        if (leaf instanceof NewClassTree made) {
            return made.getClassBody() == null && BsonTree.isDocument(facts, at) ? created(at, made) : null;
        }
        SourceCall call = facts.call(at);
        if (call != null) {
            return called(call);
        }
        return facts.trees.getElement(at) instanceof VariableElement variable
                ? constant(variable.getConstantValue(), false)
                : null;
    }

    private static BsonValue constant(Object value, boolean isNull) {
        if (isNull) {
            return BsonNull.VALUE;
        } else if (value instanceof String text) {
            return new BsonString(text);
        } else if (value instanceof Integer number) {
            return new BsonInt32(number);
        } else if (value instanceof Long number) {
            return new BsonInt64(number);
        } else if (value instanceof Double number) {
            return new BsonDouble(number);
        }
        return value instanceof Boolean bool ? BsonBoolean.valueOf(bool) : null;
    }

    private static BsonValue negative(BsonValue value) {
        if (value instanceof BsonInt32 number) {
            return new BsonInt32(-number.getValue());
        } else if (value instanceof BsonInt64 number) {
            return new BsonInt64(-number.getValue());
        }
        return value instanceof BsonDouble number ? new BsonDouble(-number.getValue()) : null;
    }

    private BsonDocument created(TreePath at, NewClassTree made) {
        List<TreePath> arguments = new ArrayList<>();
        for (ExpressionTree argument : made.getArguments()) {
            arguments.add(new TreePath(at, argument));
        }
        return arguments.size() == 1 ? null : fields(arguments);
    }

    /** Returns a document of keys and values in turns, or null. */
    private BsonDocument fields(List<TreePath> arguments) {
        BsonDocument document = new BsonDocument();
        for (int i = 0; i + 1 < arguments.size(); i += 2) {
            String key = facts.text(arguments.get(i));
            BsonValue value = value(arguments.get(i + 1));
            if (key == null || value == null) {
                return null;
            }
            document.append(key, value);
        }
        return document;
    }

    private BsonValue called(SourceCall call) {
        if (BsonTree.DOCUMENTS.contains(call.owner())) {
            return call.is("append") ? appended(call) : call.is("parse") ? parsed(call.text(0)) : null;
        }
        if (LISTS.contains(call.owner()) && call.is("of", "asList")) {
            return array(call.arguments());
        }
        if (call.owner().equals("java.util.Map") && call.is("of")) {
            return fields(call.arguments());
        }
        if (call.owner().equals(INDEXES)) {
            return keys(call);
        }
        return call.owner().equals(FILTERS) ? filter(call) : null;
    }

    private BsonDocument appended(SourceCall call) {
        BsonDocument before = call.receiver() == null ? null : document(call.receiver());
        BsonDocument field = before == null ? null : fields(call.arguments());
        if (field == null) {
            return null;
        }
        before.putAll(field);
        return before;
    }

    private static BsonDocument parsed(String json) {
        try {
            return json == null ? null : BsonDocument.parse(json);
        } catch (JsonParseException | BsonInvalidOperationException e) {
            return null; // it fails when it is run
        }
    }

    private BsonArray array(List<TreePath> items) {
        List<BsonValue> values = new ArrayList<>();
        for (TreePath item : items) {
            values.add(value(item));
        }
        return values.stream().anyMatch(Objects::isNull) ? null : new BsonArray(values);
    }

    /** Returns the values of {@code in("a", 1, 2)}, or of a list, from an argument on. */
    private BsonArray varargs(SourceCall call, int first) {
        BsonArray values =
                array(call.arguments().subList(first, call.arguments().size()));
        return values != null && values.size() == 1 && values.get(0) instanceof BsonArray list ? list : values;
    }

    private BsonDocument filter(SourceCall call) {
        String field = call.text(0);
        BsonValue last = call.arguments().isEmpty()
                ? null
                : value(call.argument(call.arguments().size() - 1));
        switch (call.method()) {
            case "empty":
                return new BsonDocument();
            case "and", "or", "nor":
                return of("$" + call.method(), varargs(call, 0));
            case "jsonSchema", "expr":
                return of("$" + call.method(), last);
            case "eq":
                return call.arguments().size() == 1 ? of("_id", last) : of(field, last);
            case "exists":
                return of(field, of("$exists", call.arguments().size() == 1 ? BsonBoolean.TRUE : last));
            case "in", "nin":
                return of(field, of("$" + call.method(), varargs(call, 1)));
            case "type":
                return of(field, of("$type", last instanceof BsonString ? last : null));
            case "regex":
                return call.arguments().size() == 2 ? of(field, of("$regex", last)) : null;
            default:
                boolean known =
                        COMPARISONS.contains(call.method()) && call.arguments().size() == 2;
                return known ? of(field, of("$" + call.method(), last)) : null;
        }
    }

    private static BsonDocument of(String key, BsonValue value) {
        return key == null || value == null ? null : new BsonDocument(key, value);
    }

    private BsonDocument keys(SourceCall call) {
        BsonArray parts = varargs(call, 0);
        BsonValue kind = Map.<String, BsonValue>of(
                        "ascending", new BsonInt32(1),
                        "descending", new BsonInt32(-1),
                        "hashed", new BsonString("hashed"),
                        "compoundIndex", BsonNull.VALUE)
                .get(call.method());
        if (parts == null || kind == null) {
            return null;
        }
        BsonDocument keys = new BsonDocument();
        for (BsonValue part : parts) {
            if (part instanceof BsonDocument some) {
                keys.putAll(some);
            } else {
                keys.append(part.asString().getValue(), kind);
            }
        }
        return keys;
    }

    /** Returns {@code new IndexOptions().unique(true)} as {@code createIndexes} takes it, or null. */
    BsonDocument indexOptions(TreePath expression) {
        BsonDocument options = new BsonDocument();
        TreePath at = facts.value(expression);
        for (SourceCall call = facts.call(at); call != null; call = facts.call(at)) {
            BsonValue value = indexOption(call);
            if (value == null || call.receiver() == null) {
                return null;
            }
            options.append(call.is("expireAfter") ? "expireAfterSeconds" : call.method(), value);
            at = facts.value(call.receiver());
        }
        options.remove("background"); // the server ignores it
        boolean complete = at.getLeaf() instanceof NewClassTree && facts.isA(at, INDEX_OPTIONS);
        return complete ? options : null;
    }

    private BsonValue indexOption(SourceCall call) {
        boolean simple = call.is("unique", "sparse", "hidden", "background", "name", "partialFilterExpression");
        if (simple && call.arguments().size() == 1) {
            return value(call.argument(0));
        }
        if (!call.is("expireAfter") || !(value(call.argument(0)) instanceof BsonInt64 time)) {
            return null;
        }
        TreePath unit = facts.value(call.argument(1));
        String name = unit.getLeaf() instanceof MemberSelectTree select
                ? select.getIdentifier().toString()
                : unit.getLeaf().toString();
        for (TimeUnit one : TimeUnit.values()) {
            if (one.name().equals(name)) {
                return new BsonInt64(one.toSeconds(time.getValue()));
            }
        }
        return null;
    }
}

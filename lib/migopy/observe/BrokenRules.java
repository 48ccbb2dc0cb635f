package migopy.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/** The rules of a validator that a document broke, as the server lists them in {@code errInfo}. */
public final class BrokenRules {
    /** How many failed writes or broken rules are named. */
    public static final int SHOWN = 5;

    /** How deep rules are nested at most. */
    private static final int DEPTH = 30;

    private static final int LONGEST_VALUE = 80;

    private final List<String> broken = new ArrayList<>();

    private BrokenRules() {}

    /** Returns how many more there are than the first {@value #SHOWN}: {@code ; and 3 more}. */
    public static String more(int all) {
        return all > SHOWN ? "; and %d more".formatted(all - SHOWN) : "";
    }

    /** {@code : age: type did not match (bsonType int), but it is "x"; name is missing}. */
    public static String in(BsonDocument info) {
        BrokenRules found = new BrokenRules();
        found.rule("", info.getDocument("details", new BsonDocument()), 0);
        if (found.broken.isEmpty()) {
            return "";
        }
        return ": " + found.broken.stream().limit(SHOWN).collect(Collectors.joining("; ")) + more(found.broken.size());
    }

    /**
     * Adds a rule and those nested in it.
     *
     * @param path the field that it applies to; empty for the document
     */
    private void rule(String path, BsonDocument rule, int depth) {
        if (rule.isEmpty() || depth > DEPTH) {
            return;
        }
        int before = broken.size();
        documents(rule, "schemaRulesNotSatisfied").forEach(one -> rule(path, one, depth + 1));
        documents(rule, "clausesNotSatisfied")
                .forEach(one -> rule(path, one.getDocument("details", new BsonDocument()), depth + 1));
        for (BsonDocument property : documents(rule, "propertiesNotSatisfied")) {
            String name =
                    property.getString("propertyName", new BsonString("?")).getValue();
            String field = path.isEmpty() ? name : path + "." + name;
            documents(property, "details").forEach(one -> rule(field, one, depth + 1));
        }
        documents(rule, "details").forEach(one -> rule(path, one, depth + 1));
        if (rule.isDocument("details")) {
            rule(path, rule.getDocument("details"), depth + 1);
        }
        if (rule.isArray("missingProperties")) {
            for (BsonValue name : rule.getArray("missingProperties")) {
                String missing = name.isString() ? name.asString().getValue() : shown(name);
                broken.add((path.isEmpty() ? missing : path + "." + missing) + " is missing");
            }
        }
        if (broken.size() == before) {
            broken.add((path.isEmpty() ? "" : path + ": ") + itself(rule));
        }
    }

    /** Describes a rule without nested rules: its reason, its operator and the value that broke it. */
    private static String itself(BsonDocument rule) {
        String operator = rule.getString("operatorName", new BsonString("rule")).getValue();
        String reason =
                rule.getString("reason", new BsonString("not satisfied")).getValue();
        BsonValue specified = rule.get("specifiedAs");
        BsonValue value = rule.get("consideredValue");
        return reason
                + " ("
                + (specified == null ? operator : shown(specified))
                + ")"
                + (value == null ? "" : ", the value is " + shown(value));
    }

    private static List<BsonDocument> documents(BsonDocument of, String name) {
        BsonArray all = of.isArray(name) ? of.getArray(name) : new BsonArray();
        return all.stream()
                .filter(BsonValue::isDocument)
                .map(BsonValue::asDocument)
                .toList();
    }

    /** A value as the shell writes it. */
    static String shown(BsonValue value) {
        String wrapped = new BsonDocument("v", value).toJson();
        String json = wrapped.substring(wrapped.indexOf(':') + 1, wrapped.length() - 1)
                .strip();
        return json.length() <= LONGEST_VALUE ? json : json.substring(0, LONGEST_VALUE) + "...";
    }
}

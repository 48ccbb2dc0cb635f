package migopy.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * The server's details of a write that it rejected: which field broke which rule of a validator ({@code
 * errInfo}), and which writes of a bulk failed.
 */
public final class ServerDetails {
    /** How many failed writes or broken rules are named; the others are counted. */
    private static final int SHOWN = 5;

    /** The limit for the nesting of rules. */
    private static final int DEPTH = 30;

    private static final int LONGEST_VALUE = 80;

    private final List<String> broken = new ArrayList<>();

    private ServerDetails() {}

    /** Returns the server's message with its details; empty if it sent none. */
    public static Optional<String> in(MongoException e) {
        if (e instanceof MongoBulkWriteException bulk && !bulk.getWriteErrors().isEmpty()) {
            return Optional.of(bulk(bulk));
        }
        BsonDocument info = new BsonDocument();
        if (e instanceof MongoWriteException write) {
            info = write.getError().getDetails();
        } else if (e instanceof MongoCommandException command) {
            info = command.getResponse().getDocument("errInfo", info);
        }
        String rules = brokenRules(info);
        return rules.isEmpty() ? Optional.empty() : Optional.of(MongoErrors.words(e) + rules);
    }

    private static String bulk(MongoBulkWriteException e) {
        List<BulkWriteError> errors = e.getWriteErrors();
        String done = done(e.getWriteResult());
        String each = errors.stream()
                .limit(SHOWN)
                .map(one -> "#%d: %s%s".formatted(one.getIndex(), one.getMessage(), brokenRules(one.getDetails())))
                .collect(Collectors.joining("; "));
        return (errors.size() == 1 ? "1 write of a bulk failed" : errors.size() + " writes of a bulk failed")
                + (done.isEmpty() ? ": " : " (%s): ".formatted(done))
                + each
                + more(errors.size());
    }

    private static String done(BulkWriteResult result) {
        if (!result.wasAcknowledged()) {
            return "";
        }
        List<String> done = new ArrayList<>();
        Map.of(
                        "inserted", result.getInsertedCount(),
                        "updated", result.getModifiedCount(),
                        "deleted", result.getDeletedCount(),
                        "upserted", result.getUpserts().size())
                .forEach((what, count) -> {
                    if (count > 0) {
                        done.add(what + " " + count);
                    }
                });
        done.sort(null);
        return String.join(", ", done);
    }

    private static String more(int all) {
        return all > SHOWN ? "; and %d more".formatted(all - SHOWN) : "";
    }

    /** {@code : age: type did not match (bsonType int), but it is "x"; name is missing}. */
    private static String brokenRules(BsonDocument info) {
        ServerDetails found = new ServerDetails();
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
    private static String shown(BsonValue value) {
        String wrapped = new BsonDocument("v", value).toJson();
        String json = wrapped.substring(wrapped.indexOf(':') + 1, wrapped.length() - 1)
                .strip();
        return json.length() <= LONGEST_VALUE ? json : json.substring(0, LONGEST_VALUE) + "...";
    }
}

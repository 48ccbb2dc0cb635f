package support;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.bson.Document;

/** The part of JSON Schema draft 4 that the schema of SARIF uses. */
final class JsonSchema {
    private final Document root;

    JsonSchema(String text) {
        root = Document.parse(text);
    }

    /** Returns what is wrong with a value, with its place; nothing if it is valid. */
    List<String> errors(Object value) {
        List<String> errors = new ArrayList<>();
        check(root, value, "", errors);
        return errors;
    }

    private void check(Document schema, Object value, String at, List<String> errors) {
        if (schema.get("$ref") instanceof String reference) {
            Document target = root;
            for (String part : reference.substring(2).split("/")) {
                target = target.get(part, Document.class);
            }
            check(target, value, at, errors);
            return;
        }
        Object type = schema.get("type");
        if (type instanceof String name && !isOf(name, value)) {
            errors.add(at + " is not a " + name);
            return;
        }
        if (schema.get("enum") instanceof List<?> allowed && !allowed.contains(value)) {
            errors.add(at + " is none of " + allowed);
        }
        alternatives(schema, value, at, errors);
        if (value instanceof Document object) {
            object(schema, object, at, errors);
        } else if (value instanceof List<?> list) {
            list(schema, list, at, errors);
        } else if (value instanceof Number number) {
            if (schema.get("minimum") instanceof Number least && number.doubleValue() < least.doubleValue()) {
                errors.add(at + " is below " + least);
            }
        } else if (value instanceof String text
                && schema.get("pattern") instanceof String pattern
                && !Pattern.compile(pattern).matcher(text).find()) {
            errors.add(at + " does not match " + pattern);
        }
    }

    private void alternatives(Document schema, Object value, String at, List<String> errors) {
        for (String kind : List.of("anyOf", "oneOf")) {
            if (schema.get(kind) instanceof List<?> some
                    && some.stream().noneMatch(one -> isValid((Document) one, value, at))) {
                errors.add(at + " matches nothing of " + kind);
            }
        }
    }

    private boolean isValid(Document schema, Object value, String at) {
        List<String> errors = new ArrayList<>();
        check(schema, value, at, errors);
        return errors.isEmpty();
    }

    private void object(Document schema, Document object, String at, List<String> errors) {
        if (schema.get("required") instanceof List<?> required) {
            required.stream()
                    .filter(name -> !object.containsKey(String.valueOf(name)))
                    .forEach(name -> errors.add(at + " has no " + name));
        }
        Document properties = schema.get("properties", new Document());
        for (Map.Entry<String, Object> field : object.entrySet()) {
            String place = at + "/" + field.getKey();
            if (properties.get(field.getKey()) instanceof Document known) {
                check(known, field.getValue(), place, errors);
            } else if (Boolean.FALSE.equals(schema.get("additionalProperties"))) {
                errors.add(place + " is not allowed");
            } else if (schema.get("additionalProperties") instanceof Document other) {
                check(other, field.getValue(), place, errors);
            }
        }
    }

    private void list(Document schema, List<?> list, String at, List<String> errors) {
        if (schema.get("minItems") instanceof Number least && list.size() < least.intValue()) {
            errors.add(at + " has too few items");
        }
        if (Boolean.TRUE.equals(schema.get("uniqueItems")) && new HashSet<>(list).size() < list.size()) {
            errors.add(at + " has an item twice");
        }
        for (int i = 0; i < list.size() && schema.get("items") instanceof Document items; i++) {
            check(items, list.get(i), at + "/" + i, errors);
        }
    }

    private static boolean isOf(String type, Object value) {
        return switch (type) {
            case "object" -> value instanceof Document;
            case "array" -> value instanceof List<?>;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "integer" -> value instanceof Integer || value instanceof Long;
            case "number" -> value instanceof Number;
            default -> throw new IllegalArgumentException(type);
        };
    }
}

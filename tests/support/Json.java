package support;

import java.util.ArrayList;
import java.util.List;
import org.bson.Document;

/**
 * Reads strict JSON (RFC 8259) into the driver's {@link Document}: {@code Document.parse} also accepts unquoted names,
 * {@code ISODate(...)} and text after the first document.
 */
public final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads a text that is exactly one JSON object.
     *
     * @throws AssertionError if it is not
     */
    public static Document object(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.blanks();
        if (json.at < text.length()) {
            throw json.error("the text continues after the document");
        }
        if (value instanceof Document document) {
            return document;
        }
        throw json.error("no object");
    }

    private Object value() {
        blanks();
        return switch (peek()) {
            case '{' -> members();
            case '[' -> elements();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Document members() {
        Document document = new Document();
        expect('{');
        blanks();
        while (peek() != '}') {
            if (!document.isEmpty()) {
                expect(',');
                blanks();
            }
            String name = string();
            blanks();
            expect(':');
            if (document.containsKey(name)) {
                throw error("the name " + name + " twice");
            }
            document.put(name, value());
            blanks();
        }
        expect('}');
        return document;
    }

    private List<Object> elements() {
        List<Object> list = new ArrayList<>();
        expect('[');
        blanks();
        while (peek() != ']') {
            if (!list.isEmpty()) {
                expect(',');
            }
            list.add(value());
            blanks();
        }
        expect(']');
        return list;
    }

    private String string() {
        StringBuilder built = new StringBuilder();
        expect('"');
        while (peek() != '"') {
            char c = text.charAt(at++);
            if (c < ' ') {
                throw error("a control character in a string");
            }
            built.append(c == '\\' ? escaped() : c);
        }
        expect('"');
        return built.toString();
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                at += 4;
                yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
            }
            default -> throw error("no such escape");
        };
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw error("no JSON value");
        }
        at += word.length();
        return value;
    }

    private Object number() {
        int start = at;
        while (at < text.length() && "+-0123456789.eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String number = text.substring(start, at);
        if (!number.matches("-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?")) {
            throw error("no JSON value");
        }
        if (number.matches("-?[0-9]+")) {
            return Long.valueOf(number);
        }
        return Double.valueOf(number);
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw error("it ends too early");
        }
        return text.charAt(at);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw error("expected " + c);
        }
        at++;
    }

    private AssertionError error(String what) {
        return new AssertionError("Not JSON at character %d: %s\n%s".formatted(at, what, text));
    }
}

package migopy.rehearsal;

import java.nio.charset.StandardCharsets;
import java.util.List;
import migopy.console.Wording;

/** HTML in the making. All texts are escaped. */
final class Html {
    private final StringBuilder text = new StringBuilder();

    /** Adds markup as it is. */
    Html raw(String markup) {
        text.append(markup);
        return this;
    }

    /** Adds a text. */
    Html text(String plain) {
        return raw(escaped(plain));
    }

    /** Adds an element with a text and a line break, which is a blank between two inline elements. */
    Html line(String element, String style, String plain) {
        raw("<" + element);
        if (!style.isEmpty()) {
            attribute("class", style);
        }
        return raw(">").text(plain).raw("</" + element + ">\n");
    }

    private Html attribute(String name, String value) {
        return raw(" " + name + "=\"").text(value).raw("\"");
    }

    /** Adds lines of code, or nothing without any. */
    void code(String style, List<String> lines) {
        if (!lines.isEmpty()) {
            raw(style.isEmpty() ? "<pre>" : "<pre class=\"" + style + "\">").text(lines.get(0));
            lines.subList(1, lines.size()).forEach(line -> raw("\n").text(line));
            raw("</pre>\n");
        }
    }

    /**
     * Starts a table.
     *
     * @param numbers how many of the columns, from the right, contain numbers
     */
    void table(int numbers, String... heads) {
        raw("<table>\n<thead><tr>");
        for (int i = 0; i < heads.length; i++) {
            line("th", i < heads.length - numbers ? "" : "number", heads[i]);
        }
        raw("</tr></thead>\n<tbody>\n");
    }

    /** Adds a cell whose head is shown beside it where the screen is too narrow for columns. */
    void cell(String head, String style, String plain) {
        raw("<td").attribute("data-head", head);
        if (!style.isEmpty()) {
            attribute("class", style);
        }
        raw(">").text(plain).raw("</td>\n");
    }

    /**
     * Ends a table.
     *
     * @param left how many rows it does not have; not positive if it has all
     * @param thing what a row is
     */
    void endTable(long left, String thing) {
        raw("</tbody></table>\n");
        left(left, thing);
    }

    /** Says how many things are left out, unless that is none. */
    void left(long number, String thing) {
        if (number > 0) {
            line("p", "dim", leftOut(number, thing));
        }
    }

    /** Returns {@code 12 more fields are in report.json.} */
    static String leftOut(long number, String thing) {
        return number == 1
                ? "1 more %s is in report.json.".formatted(thing)
                : "%s more %ss are in report.json.".formatted(Wording.number(number), thing);
    }

    /** Returns the size in bytes. */
    int size() {
        return text.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private static String escaped(String plain) {
        return Wording.visible(plain)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}

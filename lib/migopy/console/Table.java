package migopy.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Aligned columns: the state, the migration's name, then the rest. On a narrow terminal the gaps shrink first,
 * then the column of names. A longer name shifts the rest of its line; names are never cut, because a user may
 * have to type them.
 */
public final class Table {
    /** The side on which a column is aligned. */
    public enum Align {
        LEFT,
        RIGHT
    }

    private static final int STATE_GAP = 3;
    private static final int WIDE_GAP = 4;
    private static final int NARROW_GAP = 2;
    private static final int LEAST_NAME_WIDTH = 16;
    private static final String UNDER = "      ";
    private static final String ELLIPSIS = " ...";

    /** A row and the lines below that belong to it. */
    private record Line(String state, List<String> cells, List<String> under) {}

    private final Words out;
    private final List<Align> columns;
    private final List<Line> rows = new ArrayList<>();

    /** Creates a table; {@code aligns} are those of the columns after the state, the first of which holds names. */
    public Table(Words out, Align... columns) {
        this.out = out;
        this.columns = List.of(columns);
    }

    /** Adds a row. A column whose cells are all empty takes no space. */
    public void row(String state, String... cells) {
        List<String> visible = new ArrayList<>(cells.length);
        for (String cell : cells) {
            visible.add(Wording.visible(cell));
        }
        rows.add(new Line(state, visible, new ArrayList<>()));
    }

    /** Adds a line below the last row, cut to the width. */
    public void under(String text) {
        String visible = Wording.visible(text.lines().findFirst().orElse("").strip());
        int space = out.width() - UNDER.length();
        String line = visible.length() <= space ? visible : visible.substring(0, space - ELLIPSIS.length()) + ELLIPSIS;
        rows.get(rows.size() - 1).under().add(UNDER + line);
    }

    public void print() {
        int[] widths = new int[columns.size()];
        int stateWidth = 0;
        for (Line row : rows) {
            stateWidth = Math.max(stateWidth, Words.spoken(row.state()).length());
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.cells().get(i).length());
            }
        }
        int gap = WIDE_GAP;
        if (total(stateWidth, widths, gap) > out.width()) {
            gap = NARROW_GAP;
            int excess = total(stateWidth, widths, gap) - out.width();
            widths[0] = Math.max(Math.min(LEAST_NAME_WIDTH, widths[0]), widths[0] - Math.max(0, excess));
        }
        for (Line row : rows) {
            out.painted(line(row, stateWidth, widths, gap));
            row.under().forEach(out::painted);
        }
    }

    private static int total(int stateWidth, int[] widths, int gap) {
        int total = 2 + stateWidth + STATE_GAP - gap;
        for (int width : widths) {
            total += width == 0 ? 0 : gap + width;
        }
        return total;
    }

    private String line(Line row, int stateWidth, int[] widths, int gap) {
        StringBuilder line = new StringBuilder("  ").append(out.state(row.state(), stateWidth));
        line.append(" ".repeat(STATE_GAP));
        for (int i = 0; i < widths.length; i++) {
            if (widths[i] == 0) {
                continue;
            }
            if (i > 0) {
                line.append(" ".repeat(gap));
            }
            String cell = row.cells().get(i);
            boolean left = columns.get(i) == Align.LEFT;
            line.append(left ? Wording.left(cell, widths[i]) : Wording.right(cell, widths[i]));
        }
        return line.toString().stripTrailing();
    }
}

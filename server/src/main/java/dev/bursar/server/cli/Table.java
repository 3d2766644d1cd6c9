package dev.bursar.server.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Rows below a head, each column as wide as its widest cell. Nothing but the head when there are none.
final class Table {

    private static final String GAP = "  ";

    private final List<String[]> rows = new ArrayList<>();

    Table(String... head) {
        rows.add(head);
    }

    /// @param cells as many as the head has
    Table row(String... cells) {
        if (cells.length != rows.getFirst().length) {
            throw new IllegalArgumentException("another number of cells: " + Arrays.asList(cells));
        }
        rows.add(cells);
        return this;
    }

    void print(PrintWriter out) {
        int[] widths = new int[rows.getFirst().length];
        for (String[] row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - row[i].length())).append(GAP);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    /// What a field says, `-` for nothing. A control character of a name does not reach the terminal.
    static String cell(JsonNode of, String field) {
        JsonNode value = of.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return "-";
        }
        String text = value.isContainer() ? value.toString() : value.asString();
        return text.isEmpty() ? "-" : text.replaceAll("\\p{Cntrl}", "?");
    }

    /// An object as `name=value`, `-` for an empty one.
    static String pairs(JsonNode object) {
        String pairs =
                object.propertyStream()
                        .map(one -> one.getKey() + "=" + cell(object, one.getKey()))
                        .reduce((a, b) -> a + " " + b)
                        .orElse("-");
        return pairs;
    }

    /// An amount with its unit, `-` for none.
    static String amount(JsonNode of, String field) {
        String number = cell(of, field);
        return number.equals("-") ? number : number + " " + cell(of, "unit");
    }
}

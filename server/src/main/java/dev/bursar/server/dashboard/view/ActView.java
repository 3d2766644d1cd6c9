package dev.bursar.server.dashboard.view;

import java.util.List;

/// Something that a reader may do, as a form that opens when it is asked for.
///
/// @param title of what opens it
/// @param text what it does, in a sentence
/// @param href where it is sent to
/// @param kept what is sent along unseen
/// @param confirm what must be ticked before it is sent, or empty
/// @param button the word that does it
/// @param tone `""` or `danger`
public record ActView(
        String title,
        String text,
        String href,
        List<TenantChoice.Kept> kept,
        List<Field> fields,
        String confirm,
        String button,
        String tone) {

    public ActView {
        kept = List.copyOf(kept);
        fields = List.copyOf(fields);
    }

    /// @param type of an input of HTML, or `select`
    /// @param choices of a select; suggestions for other types
    public record Field(
            String name,
            String label,
            String type,
            String value,
            boolean required,
            List<TenantChoice.Choice> choices) {

        public Field {
            choices = List.copyOf(choices);
        }

        public static Field text(String name, String label, String value) {
            return new Field(name, label, "text", value, true, List.of());
        }

        /// A time of day, in a zone that is sent along.
        public static Field time(String name, String label, String value) {
            return new Field(name, label, "datetime-local", value, true, List.of());
        }
    }
}

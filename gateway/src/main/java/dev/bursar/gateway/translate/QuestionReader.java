package dev.bursar.gateway.translate;

import tools.jackson.databind.node.ObjectNode;

/// Reads the requests of a form.
interface QuestionReader {

    /// @throws TranslationException when the body has a mistake, or something that no other form has
    Question read(ObjectNode body);
}

package dev.bursar.gateway.translate;

import tools.jackson.databind.node.ObjectNode;

/// Writes the requests of a form.
interface QuestionWriter {

    /// @throws TranslationException when the form has no counterpart for something that is asked
    ObjectNode write(Question question, Target target);

    /// Where the request goes.
    ///
    /// @param model as the provider names it
    /// @param maxTokens that the answer may have
    /// @param boundField the name of that bound where providers of a form differ in it
    /// @param asksForUsage whether a stream is to be asked for its usage where it may be
    record Target(
            String model,
            boolean stream,
            long maxTokens,
            String boundField,
            boolean asksForUsage) {}
}

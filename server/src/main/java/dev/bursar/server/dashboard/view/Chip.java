package dev.bursar.server.dashboard.view;

/// A short state with a colour.
///
/// @param tone a class of the stylesheet
/// @param title what it means, in a sentence
public record Chip(String text, String tone, String title) {}

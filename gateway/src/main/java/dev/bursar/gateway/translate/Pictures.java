package dev.bursar.gateway.translate;

import dev.bursar.gateway.translate.Question.Picture;
import dev.bursar.gateway.translate.Question.PictureAt;
import dev.bursar.gateway.translate.Question.Shown;

/// Pictures in URLs, as OpenAI's forms have them.
final class Pictures {

    private static final String BASE64 = ";base64,";

    private Pictures() {}

    /// @param place of the URL in the body
    static Shown read(String url, String place) {
        if (url.startsWith("https://") || url.startsWith("http://")) {
            return new PictureAt(url, place);
        }
        int at = url.indexOf(BASE64);
        if (!url.startsWith("data:image/") || at < 0) {
            throw new TranslationException(
                    place, "must be an http URL or a data: URL of a picture in base64");
        }
        return new Picture(
                url.substring("data:".length(), at), url.substring(at + BASE64.length()));
    }

    static String url(Picture picture) {
        return "data:" + picture.type() + BASE64 + picture.data();
    }

    static TranslationException notByAddress(PictureAt picture) {
        return new TranslationException(
                picture.place(), "the provider of this model takes pictures in base64 only");
    }
}

package dev.bursar.gateway.embedding;

/// What a text is about: a vector of length 1, near to those of texts that mean much the same.
public final class Embedding {

    /// Numbers in each.
    public static final int DIMENSIONS = 384;

    private final float[] vector;
    private final boolean whole;

    /// @param vector of any length but 0; the embedding keeps its direction
    /// @param whole whether all of the text is in it
    /// @throws IllegalArgumentException when it has no direction, or another number of dimensions
    Embedding(float[] vector, boolean whole) {
        if (vector.length != DIMENSIONS) {
            throw new IllegalArgumentException("an embedding has " + DIMENSIONS + " dimensions");
        }
        double length = Math.sqrt(product(vector, vector));
        if (!(length > 0) || Double.isInfinite(length)) {
            throw new IllegalArgumentException("a vector without a direction");
        }
        this.vector = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            this.vector[i] = (float) (vector[i] / length);
        }
        this.whole = whole;
    }

    /// An embedding of all of a text, from numbers that were kept.
    ///
    /// @throws IllegalArgumentException when it has no direction, or another number of dimensions
    public static Embedding of(float[] vector) {
        return new Embedding(vector, true);
    }

    /// Whether all of the text is in it. Two texts that differ only behind the end of what the model reads, or in
    /// words that it does not know, have the same embedding.
    public boolean whole() {
        return whole;
    }

    /// The cosine of the angle between two: 1 for the same meaning, about 0 for texts that have nothing
    /// to do with each other, never below -1.
    public double cosine(Embedding other) {
        return Math.clamp(product(vector, other.vector), -1, 1);
    }

    /// The numbers, for a classifier; a copy.
    public float[] vector() {
        return vector.clone();
    }

    private static double product(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < DIMENSIONS; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}

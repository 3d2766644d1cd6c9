package dev.bursar.gateway.routing;

import dev.bursar.gateway.embedding.Embedding;
import java.util.Arrays;
import java.util.List;

/// Logistic regression: the probability that an example is of the second of two classes, from a
/// weighted sum of its numbers. Training is plain gradient descent with a fixed number of steps, so the
/// same examples always give the same weights.
final class Logistic {

    /// Chosen by cross-validation over the bundled examples, from 200 to 3,000.
    private static final int STEPS = 800;

    /// For vectors of length 1.
    private static final double RATE = 8;

    /// How much large weights cost, which keeps a few hundred examples from being learned by heart.
    private static final double PENALTY = 0.002;

    private final double[] weights;
    private final double bias;

    private Logistic(double[] weights, double bias) {
        this.weights = weights;
        this.bias = bias;
    }

    /// @param second whether it is of the second class
    record Example(Embedding numbers, boolean second) {}

    /// @param examples at least one
    static Logistic train(List<Example> examples) {
        float[][] numbers = new float[examples.size()][];
        Arrays.setAll(numbers, i -> examples.get(i).numbers().vector());
        double[] weights = new double[Embedding.DIMENSIONS];
        double bias = 0;
        for (int step = 0; step < STEPS; step++) {
            double[] slope = new double[weights.length];
            double slopeOfBias = 0;
            for (int example = 0; example < numbers.length; example++) {
                double truth = examples.get(example).second() ? 1 : 0;
                double error = probability(numbers[example], weights, bias) - truth;
                for (int i = 0; i < weights.length; i++) {
                    slope[i] += error * numbers[example][i];
                }
                slopeOfBias += error;
            }
            for (int i = 0; i < weights.length; i++) {
                weights[i] -= RATE * (slope[i] / examples.size() + PENALTY * weights[i]);
            }
            bias -= RATE * slopeOfBias / examples.size();
        }
        return new Logistic(weights, bias);
    }

    /// Of the second class, 0 to 1.
    double probability(Embedding numbers) {
        return probability(numbers.vector(), weights, bias);
    }

    private static double probability(float[] numbers, double[] weights, double bias) {
        double sum = bias;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * numbers[i];
        }
        return 1 / (1 + Math.exp(-sum));
    }
}

package dev.bursar.gateway;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// How far counts of input tokens are from what providers bill, by model, learned from calls that were
/// billed. Only a provider has its true tokenizer, so a count is raised by a margin before money is held
/// for it: a fixed one at first, later what the dearest of the last calls would have needed.
///
/// For any number of threads.
public final class Margins {

    /// Calls of a model that are looked at for its margin: the last ones.
    public static final int WINDOW = 64;

    /// Calls after which the margin is the model's own.
    public static final int ENOUGH = 16;

    /// Models that something is known of; nothing is learned of more.
    static final int MAX_MODELS = 1_000;

    /// On top of the dearest call: the next may be dearer.
    private static final int HEADROOM = 3;

    private static final int LEAST = 101;
    private static final int MOST = 400;

    /// When a window is full, one call in this many is looked at.
    private static final int EVERY = 64;

    /// In a shorter request, what a provider puts around each is most of it.
    private static final int FEWEST_TOKENS = 64;

    private final Map<String, Ratios> models = new ConcurrentHashMap<>();

    /// What is known of a model.
    ///
    /// @param samples calls that were looked at, at most [#WINDOW]
    /// @param medianPercent what was billed, of what was counted
    /// @param mostPercent the same of the dearest call
    /// @param marginPercent what a count is taken for, 0 while the dialect's own margin holds
    public record Learned(int samples, int medianPercent, int mostPercent, int marginPercent) {}

    /// The last ratios of a model, in percent. Guarded by itself.
    private static final class Ratios {

        private final int[] percents = new int[WINDOW];
        private int size;
        private int next;
        private int calls;

        private synchronized boolean wantsMore() {
            return size < WINDOW || ++calls % EVERY == 0;
        }

        private synchronized void add(int percent) {
            percents[next] = percent;
            next = (next + 1) % WINDOW;
            size = Math.min(size + 1, WINDOW);
        }

        private synchronized int margin() {
            if (size < ENOUGH) {
                return 0;
            }
            int most = Arrays.stream(percents, 0, size).max().orElse(LEAST);
            return Math.clamp(most + HEADROOM, LEAST, MOST);
        }

        private synchronized Learned learned() {
            int[] sorted = last();
            Arrays.sort(sorted);
            return new Learned(size, sorted[size / 2], sorted[size - 1], margin());
        }

        /// The oldest first.
        private synchronized int[] last() {
            int[] last = new int[size];
            for (int i = 0; i < size; i++) {
                last[i] = percents[(next - size + i + WINDOW) % WINDOW];
            }
            return last;
        }
    }

    /// Whether another call of a model should be looked at. Each answer counts as one call.
    boolean wantsMore(String provider, String model) {
        Ratios ratios = models.get(name(provider, model));
        return ratios == null ? models.size() < MAX_MODELS : ratios.wantsMore();
    }

    /// A call was billed.
    ///
    /// @param counted its input tokens before it was made, without a margin
    /// @param billed its input tokens of all classes
    void learn(String provider, String model, long counted, long billed) {
        if (counted < FEWEST_TOKENS || billed < 1) {
            return;
        }
        long most = Math.min(billed, counted * MOST / 100);
        int percent = (int) Math.ceilDiv(most * 100, counted);
        models.computeIfAbsent(name(provider, model), _ -> new Ratios()).add(percent);
    }

    /// What a count of a model's tokens is taken for.
    ///
    /// @return percent, or `usual` while too little is known
    int percent(String provider, String model, int usual) {
        Ratios ratios = models.get(name(provider, model));
        int own = ratios == null ? 0 : ratios.margin();
        return own == 0 ? usual : own;
    }

    /// What is known, by `provider/model`.
    public SortedMap<String, Learned> learned() {
        SortedMap<String, Learned> learned = new TreeMap<>();
        models.forEach((name, ratios) -> learned.put(name, ratios.learned()));
        return Collections.unmodifiableSortedMap(learned);
    }

    /// The last ratios in percent, the oldest first, by `provider/model`: all there is to keep.
    public SortedMap<String, int[]> kept() {
        SortedMap<String, int[]> kept = new TreeMap<>();
        models.forEach((name, ratios) -> kept.put(name, ratios.last()));
        return kept;
    }

    /// Goes on from what was kept. Ratios that cannot be are passed over.
    public void restore(Map<String, int[]> kept) {
        kept.forEach((name, percents) -> {
            if (models.size() < MAX_MODELS) {
                for (int percent : percents) {
                    if (percent > 0 && percent <= MOST) {
                        models.computeIfAbsent(name, _ -> new Ratios()).add(percent);
                    }
                }
            }
        });
    }

    private static String name(String provider, String model) {
        return provider + "/" + model;
    }
}

package dev.bursar.gateway.embedding;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Map;

/// The model: a sentence transformer whose outputs for the pieces of a text are averaged
/// (`sentence-transformers/all-MiniLM-L6-v2`, pooling by mean). For one thread at a time.
final class MiniLm implements AutoCloseable {

    /// Where the artifact with the model has it.
    private static final String MODEL = "/all-minilm-l6-v2-q.onnx";

    private static final String TOKENIZER = "/all-minilm-l6-v2-q-tokenizer.json";

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final WordPieces words;

    private MiniLm(OrtEnvironment environment, OrtSession session, WordPieces words) {
        this.environment = environment;
        this.session = session;
        this.words = words;
    }

    /// @throws LinkageError when there is no native code for this machine
    static MiniLm load() throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                InputStream model = resource(MODEL)) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            // An arena would keep the memory of the longest text for good.
            options.setCPUArenaAllocator(false);
            OrtSession session = environment.createSession(model.readAllBytes(), options);
            return new MiniLm(environment, session, WordPieces.read(resource(TOKENIZER)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @param all whether `text` is all there is
    Embedding embed(String text, boolean all) throws OrtException {
        WordPieces.Pieces pieces = words.split(text, Embedder.MAX_PIECES);
        int length = pieces.ids().length;
        long[] ones = new long[length];
        Arrays.fill(ones, 1);
        try (OnnxTensor ids = tensor(pieces.ids());
                OnnxTensor mask = tensor(ones);
                OnnxTensor types = tensor(new long[length]);
                OrtSession.Result result =
                        session.run(
                                Map.of(
                                        "input_ids", ids,
                                        "attention_mask", mask,
                                        "token_type_ids", types))) {
            OnnxTensor states = (OnnxTensor) result.get(0);
            return new Embedding(mean(states.getFloatBuffer(), length), all && pieces.whole());
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("the embedding model cannot be closed", e);
        }
    }

    private OnnxTensor tensor(long[] values) throws OrtException {
        return OnnxTensor.createTensor(
                environment, LongBuffer.wrap(values), new long[] {1, values.length});
    }

    private static float[] mean(FloatBuffer states, int length) {
        float[] sum = new float[Embedding.DIMENSIONS];
        for (int piece = 0; piece < length; piece++) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += states.get(piece * sum.length + i);
            }
        }
        return sum;
    }

    private static InputStream resource(String name) throws IOException {
        InputStream resource = MiniLm.class.getResourceAsStream(name);
        if (resource == null) {
            throw new IOException("the jar has no " + name);
        }
        return resource;
    }
}

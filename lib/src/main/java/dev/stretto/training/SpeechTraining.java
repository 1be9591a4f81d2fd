package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.data.audio.LogMel;
import dev.stretto.data.manifest.Cut;
import dev.stretto.models.speech.SpeechModel;
import dev.stretto.samplers.batching.Batch;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How a speech model learns: given the transcript so far, the next token (teacher forcing). A batch
 * runs padded, or ragged: all utterances in one row, so that nothing is computed for padding.
 *
 * @param model that learns
 * @param corpus it learns from
 * @param ragged whether batches run without padding
 * @param smoothing of the labels
 */
public record SpeechTraining(
    SpeechModel model, SpeechCorpus corpus, boolean ragged, double smoothing)
    implements LossStep<int[]> {

  /**
   * Batches of a sampler; resumed by counting.
   *
   * @param corpus whose cuts the sampler saw
   * @param batches starts the sampler's endless stream from its beginning
   * @return numbers of utterances, batch by batch
   */
  public static BatchSource<int[]> source(SpeechCorpus corpus, Supplier<Iterator<Batch>> batches) {
    Map<String, Integer> index = corpus.index();
    return new BatchSource<>() {
      private Iterator<Batch> stream = batches.get();
      private long taken;

      @Override
      public int[] next() {
        taken++;
        List<Cut> cuts = stream.next().cuts();
        return cuts.stream().mapToInt(cut -> index.get(cut.id())).toArray();
      }

      @Override
      public String state() {
        return Long.toString(taken);
      }

      @Override
      public void restore(String state) {
        stream = batches.get();
        taken = 0;
        while (taken < Long.parseLong(state)) {
          stream.next();
          taken++;
        }
      }
    };
  }

  @Override
  public NDArray loss(NDManager scope, int[] batch) {
    SpeechModel.Encoded encoded = model.encode(sound(scope, batch));
    int[] counts = Arrays.stream(batch).map(i -> corpus.tokens().get(i).length + 1).toArray();
    int most = Arrays.stream(counts).max().orElseThrow();
    int places = ragged ? Arrays.stream(counts).sum() : batch.length * most;
    long[] read = new long[places];
    long[] next = new long[places];
    Arrays.fill(next, Losses.IGNORE);
    int at = 0;
    for (int b = 0; b < batch.length; b++) {
      int start = ragged ? at : b * most;
      int[] tokens = corpus.tokens().get(batch[b]);
      read[start] = corpus.tokenizer().bos();
      for (int i = 0; i < tokens.length; i++) {
        read[start + i + 1] = tokens[i];
        next[start + i] = tokens[i];
      }
      next[start + tokens.length] = corpus.tokenizer().eos();
      at += counts[b];
    }
    Shape shape = ragged ? new Shape(1, places) : new Shape(batch.length, most);
    NDArray logits = model.logits(encoded, scope.create(read, shape), counts);
    return Losses.crossEntropy(
        logits.reshape(places, model.config().vocabulary()), scope.create(next), smoothing);
  }

  /**
   * The frames of a batch.
   *
   * @param scope who owns them
   * @param batch numbers of utterances
   * @return padded or in one row
   */
  public SpeechModel.Sound sound(NDManager scope, int[] batch) {
    int bins = corpus.bins();
    float[][] rows = Arrays.stream(batch).mapToObj(corpus.frames()::get).toArray(float[][]::new);
    if (ragged) {
      return SpeechModel.ragged(scope, rows, bins);
    }
    LogMel.Batch padded = LogMel.pad(scope, List.of(rows), bins);
    return new SpeechModel.Sound(padded.features(), padded.lengths(), false);
  }

  /**
   * What a batch is worth: its real tokens and utterances.
   *
   * @param batch numbers of utterances
   * @return without padding
   */
  @Override
  public Work work(int[] batch) {
    long tokens = Arrays.stream(batch).mapToLong(i -> corpus.tokens().get(i).length + 1L).sum();
    return new Work(tokens, batch.length, 0);
  }

  /**
   * Learns quietly.
   *
   * @param batches of utterances' numbers
   * @param config how
   * @return what came out
   */
  public TrainingResult learn(BatchSource<int[]> batches, TrainingConfig config) {
    return new Training<>(config, model, batches, this, this::work)
        .progress(Progress.silent())
        .run();
  }
}

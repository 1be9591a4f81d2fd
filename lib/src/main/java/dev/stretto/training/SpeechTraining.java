package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.data.audio.LogMel;
import dev.stretto.data.text.Tokenizer;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.speech.SpeechModel;
import dev.stretto.samplers.batching.Batch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

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
   * Batches of a sampler.
   *
   * @param corpus whose cuts the sampler saw
   * @param batches the sampler's endless stream
   * @return numbers of utterances, batch by batch
   */
  public static BatchSource<int[]> source(SpeechCorpus corpus, Iterator<Batch> batches) {
    Map<String, Integer> index = new HashMap<>();
    for (int i = 0; i < corpus.size(); i++) {
      index.put(corpus.cuts().get(i).id(), i);
    }
    return () -> batches.next().cuts().stream().mapToInt(cut -> index.get(cut.id())).toArray();
  }

  @Override
  public NDArray loss(NDManager scope, int[] batch) {
    SpeechModel.Encoded encoded = model.encode(sound(scope, batch));
    Tokenizer tokenizer = corpus.tokenizer();
    int[][] read =
        texts(
            batch, tokens -> IntStream.concat(IntStream.of(tokenizer.bos()), IntStream.of(tokens)));
    int[][] next =
        texts(
            batch, tokens -> IntStream.concat(IntStream.of(tokens), IntStream.of(tokenizer.eos())));
    int[] counts = Arrays.stream(read).mapToInt(row -> row.length).toArray();
    if (ragged) {
      read = new int[][] {Arrays.stream(read).flatMapToInt(Arrays::stream).toArray()};
      next = new int[][] {Arrays.stream(next).flatMapToInt(Arrays::stream).toArray()};
    }
    int n = Arrays.stream(read).mapToInt(row -> row.length).max().orElseThrow();
    NDArray logits = model.logits(encoded, NetworkSession.padded(scope, read, n), counts);
    return Losses.crossEntropy(scope, logits, next, smoothing);
  }

  /** The transcripts of a batch with their begin or end. */
  private int[][] texts(int[] batch, Function<int[], IntStream> text) {
    return Arrays.stream(batch)
        .mapToObj(i -> text.apply(corpus.tokens().get(i)).toArray())
        .toArray(int[][]::new);
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
    return new Work(tokens, batch.length);
  }

  /**
   * Learns quietly.
   *
   * @param batches of utterances' numbers
   * @param config how
   * @return what came out
   */
  public TrainingResult learn(BatchSource<int[]> batches, TrainingConfig config) {
    return new Training<>(config, model, batches, this).progress(Progress.silent()).run();
  }
}

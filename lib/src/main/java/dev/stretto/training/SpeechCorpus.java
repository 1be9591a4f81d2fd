package dev.stretto.training;

import ai.djl.ndarray.NDManager;
import dev.stretto.data.audio.LogMel;
import dev.stretto.data.audio.Utterance;
import dev.stretto.data.manifest.Cut;
import dev.stretto.data.text.Tokenizer;
import dev.stretto.tensor.Tensors;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Utterances ready for training: log-mel frames in Java memory, transcripts as ids, cuts for the
 * batching samplers.
 *
 * @param frames of each utterance, (T, bins) frame by frame
 * @param bins of a frame
 * @param tokens of each transcript, without begin and end
 * @param cuts one an utterance; tokens counted with the end
 * @param tokenizer of the transcripts
 */
public record SpeechCorpus(
    List<float[]> frames, int bins, List<int[]> tokens, List<Cut> cuts, Tokenizer tokenizer) {

  /**
   * Computes the frames.
   *
   * @param front end
   * @param bins of its frames
   * @param tokenizer of the transcripts
   * @param utterances sound and text
   * @return the corpus
   */
  public static SpeechCorpus of(
      LogMel front, int bins, Tokenizer tokenizer, List<Utterance> utterances) {
    try (NDManager manager = Tensors.manager()) {
      List<float[]> frames =
          front.features(manager, utterances.stream().map(Utterance::audio).toList());
      List<int[]> tokens =
          utterances.stream().map(utterance -> tokenizer.encode(utterance.text())).toList();
      List<Cut> cuts =
          IntStream.range(0, tokens.size())
              .mapToObj(
                  i ->
                      new Cut(
                          utterances.get(i).id(),
                          utterances.get(i).audio().duration(),
                          tokens.get(i).length + 1,
                          utterances.get(i).text(),
                          "",
                          Map.of()))
              .toList();
      return new SpeechCorpus(frames, bins, tokens, cuts, tokenizer);
    }
  }

  /**
   * Silence of one shape, for measuring what a batch of that shape costs.
   *
   * @param size utterances
   * @param frames of each
   * @param length tokens of each, the end included
   * @return a corpus like this one
   */
  public SpeechCorpus silent(int size, int frames, int length) {
    return new SpeechCorpus(
        Collections.nCopies(size, new float[frames * bins]),
        bins,
        Collections.nCopies(size, new int[length - 1]),
        Collections.nCopies(size, cuts.getFirst()),
        tokenizer);
  }

  /**
   * How many utterances.
   *
   * @return 0 or more
   */
  public int size() {
    return cuts.size();
  }
}

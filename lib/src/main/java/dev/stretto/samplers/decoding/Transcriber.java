package dev.stretto.samplers.decoding;

import ai.djl.ndarray.NDManager;
import dev.stretto.data.audio.Audio;
import dev.stretto.data.audio.LogMel;
import dev.stretto.data.text.Tokenizer;
import dev.stretto.models.speech.SpeechModel;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sound to text with a {@link SpeechModel}: log-mel frames, one encoder pass, greedy cached
 * decoding.
 *
 * @param model that listens
 * @param front end it was trained behind
 * @param tokenizer of its transcripts
 */
public record Transcriber(SpeechModel model, LogMel front, Tokenizer tokenizer) {
  /**
   * What came out.
   *
   * @param texts one a sound
   * @param layerCalls layers that ran one after the other: the encoder's once, the decoder's once a
   *     token
   */
  public record Transcript(List<String> texts, long layerCalls) {}

  /**
   * Transcribes a batch together.
   *
   * @param sounds one or more, at the front end's rate
   * @return their texts; throws CancellationException where the thread is interrupted
   */
  public Transcript transcribe(List<Audio> sounds) {
    try (NDManager scope = Tensors.manager()) {
      LogMel.Batch batch = front.batch(scope, sounds);
      SpeechModel.Encoded encoded =
          model.encode(new SpeechModel.Sound(batch.features(), batch.lengths(), false));
      int[][] prompts = new int[sounds.size()][];
      Arrays.setAll(prompts, b -> new int[] {tokenizer.bos()});
      SpeculativeDecoder.Run decoded =
          Decoder.decode(
              model.conditionedOn(encoded),
              prompts,
              new Decoder.Options(model.config().maxTokens(), tokenizer.eos(), Sampling.greedy()));
      List<String> texts = new ArrayList<>();
      for (int[] row : decoded.tokens()) {
        texts.add(tokenizer.decode(row));
      }
      return new Transcript(
          texts, model.config().encoderLayers() + decoded.calls() * model.config().decoderLayers());
    }
  }
}

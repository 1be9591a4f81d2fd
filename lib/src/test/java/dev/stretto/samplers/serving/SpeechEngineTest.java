package dev.stretto.samplers.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import dev.stretto.data.audio.Audio;
import dev.stretto.data.audio.LogMel;
import dev.stretto.data.audio.SpeechSynth;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.models.speech.SpeechModel;
import dev.stretto.profilers.VirtualClock;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.Transcriber;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Slots over a speech model: the encoder is pre-processing, the decoder is the fused loop. */
class SpeechEngineTest {
  private static final int BINS = 24;

  private final CharTokenizer tokenizer = CharTokenizer.of(SpeechSynth.ALPHABET);
  private final SpeechSynth synth = new SpeechSynth(SpeechSynth.Config.standard(16000), 7);
  private final LogMel front = new LogMel(LogMel.Config.compact(16000));

  /** Small, with logits that are far apart and tokens that depend on what is heard. */
  private SpeechModel model() {
    SpeechModel.Config shape =
        new SpeechModel.Config(2, 2, 32, 4, BINS, tokenizer.vocabulary(), 400, 24);
    SpeechModel model = new SpeechModel(shape, SeedTree.of(3));
    model.parameters().get("decoder.embedding").muli(10);
    for (int layer = 0; layer < 2; layer++) {
      model.parameters().get("decoder.layers." + layer + ".cross.out.weight").muli(10);
    }
    return model;
  }

  private SpeechModel.Sound sound(Audio audio) {
    LogMel.Batch batch = front.batch(Tensors.manager(), List.of(audio));
    return new SpeechModel.Sound(batch.features(), batch.lengths(), false);
  }

  @Test
  void fusedRequestsAreTranscribedAsAlone() {
    List<Audio> sounds =
        IntStream.range(0, 9).mapToObj(i -> synth.utterance("test", i).audio()).toList();
    List<GenerationRequest> requests = new ArrayList<>();
    double[] times = Arrivals.poisson(1, 1).times(sounds.size());
    for (int i = 0; i < sounds.size(); i++) {
      int[] prompt = {tokenizer.bos()};
      requests.add(new GenerationRequest(i, prompt, 24 - 5 * i % 17, Sampling.greedy(), times[i]));
    }
    Set<String> different = new HashSet<>();
    int moves = 0;
    try (SpeechModel model = model()) {
      Transcriber transcriber = new Transcriber(model, front, tokenizer);
      List<String> alone =
          sounds.stream().map(s -> transcriber.transcribe(List.of(s)).texts().get(0)).toList();
      assertEquals(alone, transcriber.transcribe(sounds).texts(), "a batch equals its rows");
      NDManager owner = model.parameters().manager();
      int before = owner.getManagedArrays().size();
      for (DecodeScheduler scheduler : DecodeScheduler.sideBySide(9, 3, 5)) {
        try (NetworkEngine engine =
            NetworkEngine.of(model, 9, tokenizer.eos(), 400, id -> sound(sounds.get((int) id)))) {
          ServingReport report = scheduler.run(requests, engine, VirtualClock.linear(.05));
          moves += report.moves();
          for (int i = 0; i < sounds.size(); i++) {
            int[] tokens =
                report.request(i).tokens().stream().mapToInt(Integer::intValue).toArray();
            String text = tokenizer.decode(tokens);
            assertEquals(
                alone.get(i).substring(0, text.length()), text, scheduler.name() + ", sound " + i);
            assertTrue(
                tokens.length == requests.get(i).maxNewTokens()
                    || tokens[tokens.length - 1] == tokenizer.eos());
            different.add(alone.get(i));
          }
        }
      }
      assertEquals(before, owner.getManagedArrays().size());
    }
    assertTrue(moves > 3, "slots were moved: " + moves);
    assertTrue(different.size() > 4, "what is heard matters: " + different);
  }

  @Test
  void aSoundThatIsTooLongFailsAlone() {
    List<Audio> sounds =
        IntStream.range(0, 3).mapToObj(i -> synth.utterance("test", i).audio()).toList();
    int[] positions =
        sounds.stream()
            .mapToInt(s -> SpeechModel.positions(front.frames(s.samples().length)))
            .toArray();
    int longest = IntStream.of(positions).max().orElseThrow();
    List<GenerationRequest> requests =
        IntStream.range(0, 3)
            .mapToObj(
                i -> new GenerationRequest(i, new int[] {tokenizer.bos()}, 5, Sampling.greedy(), 0))
            .toList();
    try (SpeechModel model = model();
        NetworkEngine engine =
            NetworkEngine.of(model, 3, -1, longest - 1, id -> sound(sounds.get((int) id)))) {
      ServingReport report =
          DecodeScheduler.temporalFusion(3, DecodeScheduler.Eviction.HOLES)
              .run(requests, engine, VirtualClock.linear(0));
      for (int i = 0; i < 3; i++) {
        assertEquals(
            positions[i] == longest
                ? "request %d: hears %d positions, the slots hold %d"
                    .formatted(i, longest, longest - 1)
                : "",
            report.request(i).failure());
      }
    }
  }
}

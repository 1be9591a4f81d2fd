package dev.stretto.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.stretto.data.audio.LogMel;
import dev.stretto.data.audio.SpeechSynth;
import dev.stretto.data.manifest.Cut;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.models.speech.SpeechModel;
import dev.stretto.samplers.batching.Batch;
import dev.stretto.samplers.batching.CutStreams;
import dev.stretto.samplers.batching.StaticRandom;
import dev.stretto.samplers.decoding.Transcriber;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Speech models: what they hear, write and learn, padded, ragged, cached and alone. */
class SpeechTrainingTest {
  private static final SpeechSynth SYNTH = new SpeechSynth(SpeechSynth.Config.standard(16000), 3);
  private static final LogMel FRONT = new LogMel(LogMel.Config.compact(16000));
  private static final CharTokenizer LETTERS = CharTokenizer.of(SpeechSynth.ALPHABET);
  private static final SpeechCorpus CORPUS =
      SpeechCorpus.of(FRONT, 24, LETTERS, SYNTH.utterances("train", 6));

  private static SpeechModel model(int encoder, int decoder) {
    return new SpeechModel(
        new SpeechModel.Config(encoder, decoder, 16, 2, 24, LETTERS.vocabulary(), 64, 40),
        SeedTree.of(5));
  }

  private static double loss(SpeechTraining learning, int... batch) {
    try (NDManager scope = learning.model().parameters().manager().newSubManager()) {
      Tensors.inference();
      return learning.loss(scope, batch).getFloat();
    }
  }

  private static Map<String, float[]> gradients(SpeechTraining learning, int... batch) {
    SpeechModel model = learning.model();
    model.parameters().trainable(true);
    Map<String, float[]> found = new LinkedHashMap<>();
    try (NDManager scope = model.parameters().manager().newSubManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      collector.backward(learning.loss(scope, batch));
      model
          .parameters()
          .all()
          .forEach(
              (name, weight) -> {
                try (NDArray gradient = weight.getGradient()) {
                  found.put(name, gradient.toFloatArray());
                }
              });
    } finally {
      model.parameters().trainable(false);
    }
    return found;
  }

  @Test
  void aRaggedBatchHasTheLossAndTheGradientsOfThePaddedOne() {
    try (SpeechModel one = model(2, 2);
        SpeechModel two = model(2, 2)) {
      SpeechTraining padded = new SpeechTraining(one, CORPUS, false, .1);
      SpeechTraining ragged = new SpeechTraining(two, CORPUS, true, .1);
      int[] batch = {0, 3, 1, 5};
      assertEquals(loss(padded, batch), loss(ragged, batch), 1e-5);
      Map<String, float[]> expected = gradients(padded, batch);
      gradients(ragged, batch)
          .forEach((name, values) -> assertArrayEquals(expected.get(name), values, 1e-4f, name));
    }
  }

  @Test
  void aBatchIsTheMeanOfItsUtterancesWhateverThePadding() {
    try (SpeechModel model = model(2, 1)) {
      SpeechTraining learning = new SpeechTraining(model, CORPUS, false, 0);
      double sum = 0;
      double tokens = 0;
      for (int i = 0; i < CORPUS.size(); i++) {
        long count = learning.work(new int[] {i}).tokens();
        sum += loss(learning, i) * count;
        tokens += count;
      }
      assertEquals(sum / tokens, loss(learning, 0, 1, 2, 3, 4, 5), 1e-5);
    }
  }

  @Test
  void cachedDecodingHearsWhatOnePassHears() {
    try (SpeechModel model = model(2, 2);
        NDManager scope = Tensors.manager()) {
      int[] batch = {2, 4};
      SpeechTraining learning = new SpeechTraining(model, CORPUS, false, 0);
      SpeechModel.Encoded encoded = model.encode(learning.sound(scope, batch));
      long[] ids = {LETTERS.bos(), 4, 7, 1, LETTERS.bos(), 2, 2, 9};
      NDArray whole =
          model.logits(encoded, scope.create(ids, new Shape(2, 4)), new int[] {4, 4}).logSoftmax(2);
      int[][] prompts = {{LETTERS.bos()}, {LETTERS.bos()}};
      try (TokenModel.Session session = model.conditionedOn(encoded).open(prompts)) {
        for (int i = 0; i < 4; i++) {
          TokenTree[] trees = {TokenTree.chain((int) ids[i]), TokenTree.chain((int) ids[4 + i])};
          NDArray step = session.score(scope, trees).logProbsBNV();
          for (int b = 0; b < 2; b++) {
            assertArrayEquals(
                whole.get(b).get(i).toFloatArray(), step.get(b).get(0).toFloatArray(), 1e-4f);
          }
          session.commit(new int[][] {{0}, {0}});
        }
      }
    }
  }

  @Test
  void fourAndFourLayersWeighAsMuchAsEightAndOne() {
    try (SpeechModel balanced = model(4, 4);
        SpeechModel shallow = model(8, 1)) {
      assertEquals(112 * 16 * 16, layerWeights(balanced));
      assertEquals(112 * 16 * 16, layerWeights(shallow));
    }
  }

  private static long layerWeights(SpeechModel model) {
    return model.parameters().all().entrySet().stream()
        .filter(entry -> entry.getKey().contains(".layers."))
        .filter(entry -> entry.getKey().endsWith(".weight"))
        .mapToLong(entry -> entry.getValue().size())
        .sum();
  }

  @Test
  void aTrainedModelWritesDownWhatItHeardAndARowWritesWhatItWritesAlone() {
    try (SpeechModel model = model(1, 1)) {
      SpeechTraining learning = new SpeechTraining(model, CORPUS, false, 0);
      BatchSource<int[]> all = BatchSource.drawn(SeedTree.of(1), rng -> new int[] {0, 1, 2});
      double first = loss(learning, 0, 1, 2);
      learning.learn(all, TrainingConfig.of(Budget.steps(150), 1e-2).withWarmup(10));
      assertTrue(loss(learning, 0, 1, 2) < first / 4, "it learns three utterances by heart");
      var sounds =
          SYNTH.utterances("train", 3).stream().map(utterance -> utterance.audio()).toList();
      Transcriber writer = new Transcriber(model, FRONT, LETTERS);
      Transcriber.Transcript together = writer.transcribe(sounds);
      for (int i = 0; i < 3; i++) {
        Transcriber.Transcript alone = writer.transcribe(List.of(sounds.get(i)));
        assertEquals(alone.texts().getFirst(), together.texts().get(i));
        int tokens = LETTERS.encode(alone.texts().getFirst()).length + 1;
        assertEquals(
            1 + Math.min(tokens, 40), alone.layerCalls(), "one encoder layer, one a token");
      }
    }
  }

  @Test
  void aSourceNamesTheUtterancesOfItsSamplersBatches() {
    Iterator<Batch> sampled = batches();
    BatchSource<int[]> source = SpeechTraining.source(CORPUS, batches());
    for (int i = 0; i < 5; i++) {
      List<Cut> cuts = sampled.next().cuts();
      assertEquals(
          cuts, Arrays.stream(source.next()).mapToObj(CORPUS.cuts()::get).toList(), "batch " + i);
    }
  }

  private static Iterator<Batch> batches() {
    return StaticRandom.of(2).seed(1).build().over(CutStreams.endless(CORPUS.cuts(), 1));
  }
}

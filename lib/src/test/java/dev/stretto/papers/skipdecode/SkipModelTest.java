package dev.stretto.papers.skipdecode;

import static dev.stretto.models.Histories.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.stretto.models.Cost;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel.Session;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.state.KvProbe;
import dev.stretto.models.state.KvState;
import dev.stretto.papers.skipdecode.LayerSchedule.Rule;
import dev.stretto.profilers.WorkProfiler;
import dev.stretto.profilers.WorkProfiler.Role;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Layers by position: what runs, what is remembered, and that nothing else is asked for. */
class SkipModelTest {
  private static final int L = 6;
  private static final int WIDTH = 16;
  private static final int P = 3;
  private static final int T = 12;
  private static final int[][] TEXTS = {
    {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9},
    {2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9},
    {1, 6, 1, 8, 0, 3, 3, 9, 8, 8, 7, 4, 9}
  };
  private static final LayerSchedule FALL = LayerSchedule.linear(L, 5, 2, 1, P, T);
  private static final List<LayerSchedule> SCHEDULES =
      List.of(
          FALL,
          FALL.with(Rule.TOP),
          FALL.with(Rule.EXIT),
          FALL.constant(3),
          LayerSchedule.linear(L, 1, 1, 1, P, T));

  private final CausalLm base = CausalLm.gpt(L, WIDTH, 11, 32, 3);
  private final NDManager scope = Tensors.manager();

  @AfterEach
  void close() {
    scope.close();
    base.close();
  }

  private static int[][] prompts(int[]... texts) {
    return Arrays.stream(texts).map(text -> Arrays.copyOf(text, P)).toArray(int[][]::new);
  }

  @Test
  void withAllLayersItIsTheBaseBitForBit() {
    SkipModel all = new SkipModel(base, FALL.constant(L));
    try (Session skip = all.open(prompts(TEXTS));
        Session plain = base.open(prompts(TEXTS))) {
      for (int at = P - 1; at < T; at++) {
        TokenTree[] trees = nodes(TEXTS, at);
        assertArrayEquals(
            plain.score(scope, trees).logProbsBNV().toFloatArray(),
            skip.score(scope, trees).logProbsBNV().toFloatArray());
        plain.commit(new int[][] {{0}, {0}, {0}});
        skip.commit(new int[][] {{0}, {0}, {0}});
      }
    }
    var options = new Decoder.Options(20, -1, Sampling.of(1, 4));
    assertArrayEquals(
        Decoder.decode(base, prompts(TEXTS), options).tokens(),
        Decoder.decode(all, prompts(TEXTS), options).tokens());
  }

  private static TokenTree[] nodes(int[][] texts, int at) {
    return Arrays.stream(texts).map(text -> TokenTree.chain(text[at])).toArray(TokenTree[]::new);
  }

  @Test
  void cachedDecodingIsTheParallelPassAndRowsAreRowsAlone() {
    for (LayerSchedule schedule : SCHEDULES) {
      SkipModel model = new SkipModel(base, schedule);
      NDArray parallel = model.logits(ids(scope, TEXTS), 0).logSoftmax(2);
      NDArray last = model.logits(ids(scope, TEXTS), T - 2).logSoftmax(2);
      assertClose(parallel.get(new ai.djl.ndarray.index.NDIndex(":," + (T - 2) + ":")), last);
      try (Session rows = model.open(prompts(TEXTS));
          Session alone = model.open(prompts(TEXTS[1]))) {
        for (int at = P - 1; at < T; at++) {
          NDArray now = rows.score(scope, nodes(TEXTS, at)).logProbsBNV();
          for (int b = 0; b < TEXTS.length; b++) {
            assertClose(parallel.get(b, at), now.get(b, 0));
          }
          NDArray own = alone.score(scope, nodes(new int[][] {TEXTS[1]}, at)).logProbsBNV();
          assertClose(own.get(0, 0), now.get(1, 0));
          rows.commit(new int[][] {{0}, {0}, {0}});
          alone.commit(new int[][] {{0}});
        }
      }
      // an end token sends rows home early
      var options = new Decoder.Options(14, 4, Sampling.of(1.5, 8));
      int[][] together = Decoder.decode(model, prompts(TEXTS), options).tokens();
      for (int b = 0; b < TEXTS.length; b++) {
        var own = new Decoder.Options(14, 4, Sampling.of(1.5, 8 + b));
        assertArrayEquals(
            Decoder.decode(model, prompts(TEXTS[b]), own).tokens()[0], together[b], "row " + b);
      }
    }
  }

  private static void assertClose(NDArray expected, NDArray actual) {
    double gap = expected.sub(actual).abs().max().getFloat();
    assertTrue(gap <= 1e-4, "differ by " + gap);
  }

  /** Memory that nobody wrote is NaN, and rolling back leaves each layer what it had. */
  @Test
  void aLayerHoldsItsOwnPositionsAloneAlsoAfterARollback() {
    for (LayerSchedule schedule : SCHEDULES) {
      SkipModel model = new SkipModel(base, schedule);
      NDArray parallel = model.logits(ids(scope, TEXTS), 0);
      try (KvState state = (KvState) model.columns().newState(1, 32, StateKind.PREALLOCATED)) {
        KvProbe.poison(state, 0);
        int[] prompt = Arrays.copyOf(TEXTS[0], P);
        model.columns().forward(Step.of(ids(scope, new int[][] {prompt})), state);
        int at = P;
        for (int back : new int[] {7, 10, 4, P, 8}) {
          for (; at < T; at++) {
            int[][] token = {{TEXTS[0][at]}};
            NDArray hidden = model.columns().forward(Step.of(ids(scope, token)), state).lastBND();
            assertClose(parallel.get(0, at), base.logits(hidden).get(0, 0));
            assertHolds(schedule, state, at + 1);
          }
          state.truncate(new int[] {back});
          at = back;
          assertHolds(schedule, state, back);
        }
      }
    }
  }

  private static void assertHolds(LayerSchedule schedule, KvState state, int length) {
    for (int layer = 0; layer < L; layer++) {
      assertEquals(schedule.reach(layer, length), state.lengths(layer)[0], "layer " + layer);
    }
    assertEquals(2L * WIDTH * schedule.held(length), state.floats());
  }

  @Test
  void aLayerThatNothingPassedThroughHasNoGradient() {
    // the top is cut: what its earlier positions gave is seen by no later one
    SkipModel model = new SkipModel(base, FALL.with(Rule.EXIT));
    int stop = model.schedule().reach(L - 2, T);
    assertTrue(stop > P && stop < T);
    base.parameters().trainable(true);
    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      collector.backward(model.logits(ids(scope, TEXTS), stop).square().sum());
      base.parameters()
          .all()
          .forEach(
              (name, weight) -> {
                try (NDArray gradient = weight.getGradient()) {
                  double most = gradient.abs().max().getFloat();
                  boolean cut = name.startsWith("layers.4.") || name.startsWith("layers.5.");
                  assertEquals(cut, most == 0, name + " has gradient " + most);
                }
              });
    }
    base.parameters().trainable(false);
  }

  @Test
  void workIsCountedAsTheScheduleSays() {
    for (LayerSchedule schedule : SCHEDULES) {
      for (int generated : new int[] {1, 4, 9, 15}) {
        WorkProfiler work = new WorkProfiler();
        SkipModel model = new SkipModel(base, work.of(base.backbone(), Role.TARGET), schedule);
        var options = new Decoder.Options(generated, -1, Sampling.greedy());
        Decoder.decode(model, prompts(TEXTS), options);
        assertEquals(schedule.layerCalls(generated), work.work(Role.TARGET).layerCalls());
        assertEquals(L, work.prefill(Role.TARGET).layerCalls());
        WorkProfiler outside = new WorkProfiler();
        Decoder.decode(outside.of(new SkipModel(base, FALL), Role.TARGET), prompts(TEXTS), options);
        long macs = 0;
        for (int at = P - 1; at < P - 1 + generated; at++) {
          macs += base.cost(Cost.Shape.causal(3, 1, at, FALL.count(at))).multiplyAdds();
        }
        assertEquals(macs, outside.work(Role.TARGET).cost().multiplyAdds());
      }
    }
  }

  @Test
  void schedulesNeverRise() {
    for (int seed = 0; seed < 300; seed++) {
      Rng random = SeedTree.of(seed).rng();
      int layers = 1 + random.nextInt(24);
      int most = 1 + random.nextInt(layers);
      int least = 1 + random.nextInt(most);
      int prompt = 1 + random.nextInt(9);
      int length = prompt + 2 + random.nextInt(30);
      LayerSchedule schedule =
          new LayerSchedule(
              layers,
              most,
              least,
              List.of(Rule.SKIP, Rule.EXIT, Rule.TOP).get(random.nextInt(3)),
              random.nextInt(least + 1),
              prompt,
              length);
      int n = length + 5;
      long held = 0;
      for (int p = 0; p < n; p++) {
        int e = schedule.count(p);
        assertEquals(e, schedule.at(p).length, "seed " + seed);
        held += e;
        for (int layer = 0; p > 0 && layer < layers; layer++) {
          assertFalse(schedule.active(layer, p) && !schedule.active(layer, p - 1), "seed " + seed);
        }
      }
      assertEquals(held, schedule.held(n), "seed " + seed);
      assertEquals(layers, schedule.count(prompt - 1));
      assertEquals(most, schedule.count(prompt));
      assertEquals(least, schedule.count(length - 1));
      assertEquals(least, schedule.count(length + 3));
    }
    assertEquals(6, LayerSchedule.linear(12, 8, 4, 1, 32, 160).mean(128), .05);
    LayerSchedule half = LayerSchedule.linear(12, 8, 4, 1, 32, 160);
    double first = IntStream.range(32, 52).mapToDouble(half::count).average().orElseThrow();
    assertEquals(first, half.mean(20), 1e-12);
    assertArrayEquals(new int[] {0, 9, 10, 11}, half.at(159));
    assertArrayEquals(new int[] {0, 1, 2, 3}, half.with(Rule.EXIT).at(159));
    assertArrayEquals(new int[] {8, 9, 10, 11}, half.with(Rule.TOP).at(159));
  }

  @Test
  void badInputIsNamed() {
    assertMessage("least is 0", () -> LayerSchedule.linear(6, 4, 0, 0, 3, 12));
    assertMessage("least is 1 with", () -> LayerSchedule.linear(6, 4, 1, 2, 3, 12));
    assertMessage("least is 5 and most 4", () -> LayerSchedule.linear(6, 4, 5, 1, 3, 12));
    assertMessage("most is 7", () -> LayerSchedule.linear(6, 7, 5, 1, 3, 12));
    assertMessage("prompt is 3 and length 4", () -> LayerSchedule.linear(6, 4, 2, 1, 3, 4));
    assertMessage(
        "layers is 5", () -> new SkipModel(base, LayerSchedule.linear(5, 4, 2, 1, 3, 12)));
    SkipModel model = new SkipModel(base, FALL);
    assertMessage(
        "the prompt of row 1 has 2 tokens, expected the schedule's prompt of 3",
        () -> model.open(new int[][] {{1, 2, 3}, {1, 2}}, false));
    try (Session session = model.open(prompts(TEXTS[0]))) {
      TokenTree[] chain = {TokenTree.chain(1, 2, 3)};
      assertMessage("a pass over positions 2 to 4", () -> session.score(scope, chain));
    }
  }

  private static void assertMessage(String start, Runnable bad) {
    String message = assertThrows(IllegalArgumentException.class, bad::run).getMessage();
    assertTrue(message.startsWith(start), message);
  }
}

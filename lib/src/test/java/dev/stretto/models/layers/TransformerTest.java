package dev.stretto.models.layers;

import static dev.stretto.models.Histories.VOCABULARY;
import static dev.stretto.models.Histories.assertClose;
import static dev.stretto.models.Histories.fresh;
import static dev.stretto.models.Histories.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import dev.stretto.models.Backbone;
import dev.stretto.models.Conditions;
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.Histories;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import dev.stretto.models.statespace.GatedRecurrence;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransformerTest {
  private static final TransformerConfig GPT = TransformerConfig.gpt(2, 16, VOCABULARY, 32);

  private final NDManager scope = Tensors.manager();
  private final Parameters weights = new Parameters(SeedTree.of(12));

  @AfterEach
  void close() {
    scope.close();
    weights.close();
  }

  private NDArray draw(int seed, long... shape) {
    return Tensors.normal(scope, SeedTree.of(seed).rng(), 1, new Shape(shape));
  }

  private Step tokens(int[]... rows) {
    return Step.of(ids(scope, rows));
  }

  private static float[] position(NDArray hidden, int row, int position) {
    return hidden.get(row).get(position).toFloatArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"transformer", "recurrence"})
  void nothingLeaksFromBehind(String kind) {
    Backbone model =
        kind.equals("transformer")
            ? new Transformer(GPT, weights)
            : new GatedRecurrence(2, 16, VOCABULARY, weights);
    int[] text = {1, 2, 3, 4, 5, 6, 7};
    NDArray before = model.forward(tokens(text)).lastBND();
    for (int j = 0; j < text.length; j++) {
      int[] other = text.clone();
      other[j] = 16;
      NDArray after = model.forward(tokens(other)).lastBND();
      for (int i = 0; i < j; i++) {
        assertArrayEquals(position(before, 0, i), position(after, 0, i), "position " + i);
      }
      for (int i = j; i < text.length; i++) {
        assertNotEquals(
            Arrays.toString(position(before, 0, i)), Arrays.toString(position(after, 0, i)));
      }
    }
  }

  @Test
  void paddingChangesNoRow() {
    Transformer model = new Transformer(GPT, weights);
    int[][] rows = {{1, 2, 3, 4, 5}, {6, 7, 0, 0, 0}, {8, 0, 0, 0, 0}};
    int[] counts = {5, 2, 1};
    for (boolean bidirectional : new boolean[] {false, true}) {
      Mask mask = bidirectional ? new Mask.Full() : new Mask.Causal();
      NDArray padded = model.forward(tokens(rows).counts(counts).mask(mask)).lastBND();
      int[][] dirty = {rows[0], {6, 7, 13, 14, 15}, {8, 9, 10, 11, 12}};
      NDArray soiled = model.forward(tokens(dirty).counts(counts).mask(mask)).lastBND();
      for (int b = 0; b < 3; b++) {
        NDArray alone =
            model.forward(tokens(Arrays.copyOf(rows[b], counts[b])).mask(mask)).lastBND();
        for (int i = 0; i < counts[b]; i++) {
          assertArrayEquals(position(alone, 0, i), position(padded, b, i), 1e-5f);
          assertArrayEquals(position(padded, b, i), position(soiled, b, i));
        }
      }
    }
  }

  /** A full row beside a short one: the padding behind the full one has no place in the table. */
  @Test
  void paddingMayReachOverTheEndOfTheTable() {
    Transformer model = new Transformer(GPT.with(new PositionKind.Learned(1)), weights);
    int[] full = new int[31];
    Arrays.fill(full, 5);
    try (State state = model.newState(2, 32, StateKind.PREALLOCATED)) {
      int[][] rows = {full, new int[31]};
      model.forward(tokens(rows).counts(new int[] {31, 0}), state);
      NDArray next =
          model
              .forward(tokens(new int[][] {{5, 0, 0}, {1, 2, 3}}).counts(new int[] {1, 3}), state)
              .lastBND();
      assertClose(fresh(model, scope, List.of(1, 2, 3)), next.get(1).get(2), "the short row");
      Step over = tokens(new int[][] {{5}, {4}});
      assertThrows(IllegalArgumentException.class, () -> model.forward(over, state));
    }
  }

  @Test
  void groupsAreWhatTheySayOneByOne() {
    Transformer model = new Transformer(GPT, weights);
    int[] cached = {0, 0, 1};
    int[] fresh = {1, 2, 2, 3};
    boolean[][] causal = new boolean[4][4];
    for (int group = 0; group < 4; group++) {
      Arrays.fill(causal[group], 0, group + 1, true);
    }
    try (State state = model.newState(1, 8, StateKind.PREALLOCATED)) {
      model.forward(tokens(new int[] {1, 2, 3}).mask(new Mask.Full()), state);
      Step step = tokens(new int[] {4, 5, 6, 7}).peek();
      NDArray groups =
          model.forward(step.mask(new Mask.Groups(cached, fresh, causal)), state).lastBND();
      boolean[][][] seen = new boolean[1][4][4];
      boolean[][][] old = new boolean[1][4][3];
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
          seen[0][i][j] = fresh[j] <= fresh[i];
        }
        for (int j = 0; j < 3; j++) {
          old[0][i][j] = cached[j] <= fresh[i];
        }
      }
      assertArrayEquals(
          model.forward(step.mask(new Mask.Visible(seen, old)), state).lastBND().toFloatArray(),
          groups.toFloatArray());
      // rings: a group sees only itself and the first
      boolean[][] ring = {{true}, {true, true}, {true, false, true}, {true, false, false, true}};
      for (int g = 0; g < 4; g++) {
        ring[g] = Arrays.copyOf(ring[g], 4);
      }
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
          seen[0][i][j] = fresh[i] == fresh[j];
        }
        for (int j = 0; j < 3; j++) {
          old[0][i][j] = cached[j] == 0 || cached[j] == fresh[i];
        }
      }
      assertArrayEquals(
          model.forward(step.mask(new Mask.Visible(seen, old)), state).lastBND().toFloatArray(),
          model
              .forward(step.mask(new Mask.Groups(cached, fresh, ring)), state)
              .lastBND()
              .toFloatArray());
    }
  }

  /** A text in front whose keys are handed over is the text in front. */
  @Test
  void prefixKeysAreLikeATextInFront() {
    Transformer model = new Transformer(Shapes.llama(1, 16, 4, 2, VOCABULARY, 32), weights);
    NDArray x = model.embedding().orElseThrow();
    float[] table = x.toFloatArray();
    NDArray front = scope.create(Arrays.copyOfRange(table, 16, 48), new Shape(1, 2, 16));
    NDArray keysValues =
        Ops.linear(
                Ops.rmsNorm(front, weights.get("layers.0.attention.norm.gain"), 1e-6),
                weights.get("layers.0.attention.qkv.weight"))
            .reshape(1, 2, 8, 4);
    Rotary rotary = new Rotary(new PositionKind.Rotary(10000, 0), 4);
    NDArray turned = rotary.turn(scope, new float[][][] {{{0}, {1}}}).apply(keysValues);
    NDArray keys = turned.get(":, :, 4:6").transpose(0, 2, 1, 3);
    NDArray values = keysValues.get(":, :, 6:8").transpose(0, 2, 1, 3);
    Conditions conditions =
        new Conditions(
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            Map.of(0, new Conditions.Prefix(keys, values)));
    NDArray behind =
        model
            .forward(
                tokens(new int[][] {{3, 4}, {5, 6}})
                    .at(new int[][] {{2, 3}, {2, 3}})
                    .conditions(conditions))
            .lastBND();
    assertClose(fresh(model, scope, List.of(1, 2, 3, 4)), behind.get(0).get(1), "row 0");
    assertClose(fresh(model, scope, List.of(1, 2, 5, 6)), behind.get(1).get(1), "row 1");
  }

  @Test
  void whatIsAddedAtALayerShowsInItsTapAndIsTheSplitPass() {
    Transformer model = new Transformer(GPT, weights);
    NDArray extra = draw(3, 1, 3, 16);
    Step step = tokens(new int[] {1, 2, 3});
    Hidden plain = model.forward(step.taps(Set.of(0, 1, 2)));
    assertClose(
        Ops.embedding(ids(scope, new int[][] {{1, 2, 3}}), model.embedding().orElseThrow()),
        plain.tapsBND().get(0),
        "the input");
    assertClose(
        plain.lastBND(),
        Ops.layerNorm(
            plain.tapsBND().get(2), weights.get("norm.gain"), weights.get("norm.bias"), 1e-5),
        "the top is normed");
    Conditions conditions =
        new Conditions(Optional.empty(), Optional.empty(), Map.of(1, extra), Map.of());
    Hidden with = model.forward(step.taps(Set.of(1)).conditions(conditions));
    NDArray joined = plain.tapsBND().get(1).add(extra);
    assertClose(joined, with.tapsBND().get(1), "tap");
    NDArray split =
        model
            .forward(Step.of(new Step.Input.Vectors(joined)).layers(Step.Layers.range(1, 2)))
            .lastBND();
    assertClose(split, with.lastBND(), "split");
    NDArray skipped = model.forward(step.layers(new Step.Layers(new int[] {1}))).lastBND();
    NDArray above =
        model
            .forward(
                Step.of(new Step.Input.Vectors(plain.tapsBND().get(0)))
                    .layers(Step.Layers.range(1, 2)))
            .lastBND();
    assertClose(above, skipped, "a skipped layer");
  }

  @Test
  void adaptiveNormsTakeOneConditionAGroupOrOneAPosition() {
    Transformer model = new Transformer(Shapes.conditioned(GPT, 3), weights);
    Step step = tokens(new int[][] {{1, 2, 3, 4}, {1, 2, 3, 4}});
    NDArray start = model.forward(step.conditions(Shapes.adaptive(draw(1, 1, 1, 3)))).lastBND();
    Rng random = SeedTree.of(2).rng();
    weights
        .all()
        .forEach(
            (name, array) -> {
              if (name.contains("adaptive")) {
                float[] values = new float[(int) array.size()];
                for (int i = 0; i < values.length; i++) {
                  values[i] = (float) (0.5 * random.nextGaussian());
                }
                weights.load(name, values);
              }
            });
    // adaLN-Zero: at the start the branches are shut and the network is its norm
    assertClose(
        Ops.layerNorm(
            Ops.embedding(step.input().array(), model.embedding().orElseThrow()),
            weights.get("norm.gain"),
            weights.get("norm.bias"),
            1e-5),
        start,
        "start");
    NDArray two = draw(5, 2, 1, 3);
    NDArray spatial = two.repeat(1, 4);
    NDArray byRow = model.forward(step.conditions(Shapes.adaptive(two))).lastBND();
    NDArray byPosition = model.forward(step.conditions(Shapes.adaptive(spatial))).lastBND();
    assertClose(byRow, byPosition, "equal conditions");
    for (int b = 0; b < 2; b++) {
      NDArray own = Tensors.narrow(scope, two, 0, b, b + 1);
      NDArray alone =
          model.forward(tokens(new int[] {1, 2, 3, 4}).conditions(Shapes.adaptive(own))).lastBND();
      assertClose(alone.get(0), byRow.get(b), "row " + b);
    }
    NDArray moved = spatial.duplicate();
    moved.set(new ai.djl.ndarray.index.NDIndex(":, 2, :"), draw(6, 2, 3));
    NDArray other = model.forward(step.conditions(Shapes.adaptive(moved))).lastBND();
    assertArrayEquals(position(byPosition, 0, 1), position(other, 0, 1));
    assertNotEquals(
        Arrays.toString(position(byPosition, 0, 2)), Arrays.toString(position(other, 0, 2)));
    assertThrows(IllegalArgumentException.class, () -> model.forward(step));
  }

  @Test
  void crossAttentionReadsEachRowsMemoryUpToItsLength() {
    Transformer model = new Transformer(GPT.withCross(), weights);
    NDArray source = draw(3, 2, 5, 16);
    int[] lengths = {5, 2};
    Conditions memory = Conditions.memory(model.memory(source, lengths));
    int[][] rows = {{1, 2, 3}, {4, 5, 6}};
    NDArray both = model.forward(tokens(rows).conditions(memory)).lastBND();
    for (int b = 0; b < 2; b++) {
      NDArray own = Tensors.narrow(scope, source, 0, b, b + 1);
      NDArray real = Tensors.narrow(scope, own, 1, 0, lengths[b]);
      Conditions alone = Conditions.memory(model.memory(real, new int[] {lengths[b]}));
      assertClose(
          model.forward(tokens(rows[b]).conditions(alone)).lastBND().get(0),
          both.get(b),
          "row " + b);
    }
    assertThrows(IllegalArgumentException.class, () -> model.forward(tokens(rows)));
  }

  /** Scores depend on differences of coordinates alone, on every axis. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void turnedHeadsKnowRelativePlacesOnly(int axes) {
    double[] periods = new double[axes];
    Transformer model =
        new Transformer(GPT.with(new PositionKind.Rotary(100, periods)).withHeads(1, 1), weights);
    float[][][] places = new float[1][5][axes];
    float[][][] moved = new float[1][5][axes];
    float[][][] other = new float[1][5][axes];
    Rng random = SeedTree.of(axes).rng();
    for (int i = 0; i < 5; i++) {
      for (int axis = 0; axis < axes; axis++) {
        places[0][i][axis] = random.nextInt(6);
        moved[0][i][axis] = places[0][i][axis] + 3 + axis;
        other[0][i][axis] = places[0][i][axis] + (axis == axes - 1 ? 2 * i : 0);
      }
    }
    Step step = tokens(new int[] {1, 2, 3, 4, 5}).mask(new Mask.Full());
    NDArray here = model.forward(step.at(new Step.Positions.At(places))).lastBND();
    assertClose(here, model.forward(step.at(new Step.Positions.At(moved))).lastBND(), "moved");
    assertNotEquals(
        Arrays.toString(here.toFloatArray()),
        Arrays.toString(
            model.forward(step.at(new Step.Positions.At(other))).lastBND().toFloatArray()),
        "the last axis counts");
  }

  @Test
  void theSameSeedGivesTheSameWeightsAndNamesDecideThem() {
    try (Parameters again = new Parameters(SeedTree.of(12));
        Parameters deeper = new Parameters(SeedTree.of(12))) {
      Transformer first = new Transformer(GPT, weights);
      new Transformer(GPT, again);
      new Transformer(TransformerConfig.gpt(3, 16, VOCABULARY, 32), deeper);
      assertEquals(weights.checksum(), again.checksum());
      assertArrayEquals(
          first.embedding().orElseThrow().toFloatArray(), deeper.get("embedding").toFloatArray());
      assertThrows(IllegalArgumentException.class, () -> new Transformer(GPT, weights));
    }
  }

  /** Counts the numbers of all weight matrices and the pairs of the mask, one by one. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt", "llama", "cross"})
  void costIsWhatABruteForceCountGives(String flavour) {
    TransformerConfig config =
        switch (flavour) {
          case "llama" -> Shapes.llama(3, 16, 4, 2, VOCABULARY, 32);
          case "cross" -> GPT.withCross();
          default -> GPT;
        };
    Transformer model = new Transformer(config, weights);
    int rows = 2;
    int n = 3;
    int cached = 4;
    int memory = flavour.equals("cross") ? 5 : 0;
    long perPosition = 0;
    for (Map.Entry<String, NDArray> weight : weights.all().entrySet()) {
      // the memory's keys and values are computed once, not a pass
      if (weight.getKey().startsWith("layers.")
          && weight.getKey().endsWith(".weight")
          && !weight.getKey().contains("key_value")) {
        perPosition += weight.getValue().size();
      }
    }
    long visible = 0;
    long pairMacs = 0;
    Mask mask = new Mask.Causal();
    for (int layer = 0; layer < config.layers(); layer++) {
      for (int b = 0; b < rows; b++) {
        for (int i = 0; i < n; i++) {
          for (int s = 0; s < cached + n; s++) {
            boolean sees = s < cached ? mask.seesCached(b, i, s) : mask.seesFresh(b, i, s - cached);
            visible += sees ? 1 : 0;
            pairMacs += 2L * 16;
          }
          pairMacs += 2L * 16 * memory;
        }
      }
    }
    Cost.Shape plain = Cost.Shape.causal(rows, n, cached, config.layers());
    Cost cost =
        model.cost(new Cost.Shape(rows, n, cached + n, plain.visible(), config.layers(), memory));
    assertEquals(perPosition * rows * n + pairMacs, cost.multiplyAdds());
    assertEquals(visible, cost.visiblePairs());
    assertEquals((long) config.layers() * rows * n * (cached + n), cost.densePairs());
    long keyWidth = (long) config.keyHeads() * config.headWidth();
    long numbers = perPosition + config.layers() * 2L * rows * keyWidth * (cached + n + n);
    numbers += config.layers() * 2L * rows * memory * 16;
    assertEquals(4 * numbers, cost.bytes());
    assertEquals(cost.multiplyAdds() * 2, cost.plus(cost).multiplyAdds());
  }

  @Test
  void arraysOfLongLivedConditionsStayFlat() {
    Transformer model = new Transformer(Shapes.conditioned(GPT.withCross(), 3), weights);
    NDManager long1 = scope.newSubManager();
    NDArray source = draw(3, 1, 5, 16);
    source.attach(long1);
    Conditions.Memory memory = model.memory(source, new int[] {4});
    NDArray condition = draw(4, 1, 1, 3);
    NDArray keys = draw(5, 1, 1, 2, 16);
    condition.attach(long1);
    keys.attach(long1);
    Conditions conditions =
        new Conditions(
            Optional.of(condition),
            Optional.of(memory),
            Map.of(),
            Map.of(0, new Conditions.Prefix(keys, keys)));
    try (State state = model.newState(1, 32, StateKind.PREALLOCATED)) {
      long held = 0;
      for (int pass = 0; pass < 20; pass++) {
        try (NDManager step = scope.newSubManager()) {
          model.forward(Step.of(ids(step, new int[][] {{1}})).conditions(conditions), state);
        }
        long now = Histories.live(scope) + Histories.live(weights.manager());
        held = pass == 0 ? now : held;
        assertEquals(held, now, "pass " + pass);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"transformer", "recurrence"})
  void arraysStayFlatOverHundredTrainingStepsWhichLower(String kind) {
    Backbone model =
        kind.equals("transformer")
            ? new Transformer(Shapes.llama(1, 16, 2, 1, VOCABULARY, 32), weights)
            : new GatedRecurrence(1, 16, VOCABULARY, weights);
    NDArray table = weights.get("embedding");
    Optimizer optimizer =
        Optimizer.adam()
            .optLearningRateTracker(ai.djl.training.tracker.Tracker.fixed(0.01f))
            .build();
    weights.trainable(true);
    long held = 0;
    float first = 0;
    float last = 0;
    for (int step = 0; step < 100; step++) {
      try (NDManager pass = scope.newSubManager()) {
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
          NDArray hidden =
              model.forward(Step.of(ids(pass, new int[][] {{1, 2, 3, 1, 2, 3, 1, 2}}))).lastBND();
          NDArray logProbs = Ops.linear(hidden, table).logSoftmax(2).reshape(8, VOCABULARY);
          NDArray next = pass.create(new long[] {2, 3, 1, 2, 3, 1, 2, 3}, new Shape(8, 1));
          NDArray loss = logProbs.gather(next, 1).mean().neg();
          collector.backward(loss);
          last = loss.getFloat();
          first = step == 0 ? last : first;
        }
        weights
            .all()
            .forEach(
                (name, array) -> {
                  try (NDArray gradient = array.getGradient()) {
                    optimizer.update(name, array, gradient);
                    gradient.subi(gradient);
                  }
                });
      }
      long now = Histories.live(scope) + Histories.live(weights.manager());
      held = step == 0 ? now : held;
      assertEquals(held, now, "step " + step);
    }
    weights.trainable(false);
    assertEquals(true, last < first / 4, first + " became " + last);
  }
}

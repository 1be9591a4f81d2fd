package dev.stretto.profilers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Backbone;
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.TableModel;
import dev.stretto.profilers.WorkProfiler.Role;
import dev.stretto.profilers.WorkProfiler.Work;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** Counting from outside, against closed forms. */
class WorkProfilerTest {
  private static final TableModel TABLE = TableModel.random(4, 1, 1, SeedTree.of(0));

  /** A network of 3 layers that adds one, whose cost tells the shape it was asked about. */
  private record Toy() implements Backbone {
    @Override
    public State newState(int rows, int capacity, StateKind kind) {
      return new ToyState(new int[rows]);
    }

    @Override
    public Hidden forward(Step step, State state) {
      int[] lengths = ((ToyState) state).lengths;
      if (!(step.write() instanceof Step.Write.Peek)) {
        Arrays.setAll(lengths, row -> lengths[row] + step.count(row));
      }
      return new Hidden(step.input().array().add(1), Map.of());
    }

    @Override
    public int maxLength() {
      return 100;
    }

    @Override
    public Cost cost(Cost.Shape shape) {
      return new Cost(
          1000L * shape.rows() * shape.positions() * shape.layers(),
          shape.visible() * shape.layers(),
          (long) shape.rows() * shape.positions() * shape.keys() * shape.layers(),
          7);
    }

    @Override
    public int layers() {
      return 3;
    }

    @Override
    public int width() {
      return 2;
    }

    @Override
    public Parameters parameters() {
      return new Parameters(SeedTree.of(0));
    }
  }

  private record ToyState(int[] lengths) implements State {
    @Override
    public int[] lengths() {
      return lengths.clone();
    }

    @Override
    public StateKind kind() {
      return StateKind.PREALLOCATED;
    }

    @Override
    public State fork() {
      return new ToyState(lengths.clone());
    }

    @Override
    public void gather(int[] rows) {}

    @Override
    public void commit(int[][] accepted) {}

    @Override
    public long floats() {
      return 0;
    }

    @Override
    public Mark mark() {
      return () -> {};
    }

    @Override
    public void restore(Mark mark, boolean[] rows) {}

    @Override
    public void close() {}
  }

  /** A table that says it has the toy network inside. */
  private record Inside(TokenModel model) implements TokenModel.Wrapper {
    @Override
    public Cost cost(Cost.Shape shape) {
      return new Toy().cost(shape);
    }

    @Override
    public int layers() {
      return 3;
    }
  }

  @Test
  void aNetworksPassesArePaddedVisibleAndDensePairsAndLayersThatRan() {
    var work = new WorkProfiler();
    Backbone network = work.of(new Toy(), Role.ENCODER);
    try (NDManager scope = Tensors.manager()) {
      State state = network.newState(2, 20, StateKind.PREALLOCATED);
      network.forward(step(scope, 4).counts(new int[] {4, 2}), state); // prefill
      network.forward(step(scope, 1), state);
      network.forward(step(scope, 2).layers(Step.Layers.range(0, 2)).peek(), state);
      boolean[][][] fresh = {{{true, false}, {false, true}}, {{true, true}, {true, true}}};
      network.forward(
          step(scope, 2).mask(new Mask.Visible(fresh, new boolean[0][][])).peek(), state);
      network.forward(step(scope, 3).mask(new Mask.Full())); // no state: a peek
    }
    Work prefill = work.prefill(Role.ENCODER);
    assertEquals(new Work(1, 8, 2, 6, 3, new Cost(8 * 3000, (10 + 3) * 3, 8 * 4 * 3, 7)), prefill);
    long visible = 3 * (5 + 3) + 2 * (10 + 3 + 6 + 3) + 3 * (10 + 2 + 6 + 4) + 3 * 18;
    long dense = 3 * 2 * 5 + 2 * 4 * 7 + 3 * 4 * 7 + 3 * 6 * 3;
    assertEquals(
        new Work(
            4,
            2 + 4 + 4 + 6,
            0,
            16,
            3 + 2 + 3 + 3,
            new Cost(1000 * (6 + 8 + 12 + 18), visible, dense, 28)),
        work.work(Role.ENCODER));
  }

  private static Step step(NDManager scope, int positions) {
    return Step.of(new Step.Input.Vectors(scope.zeros(new Shape(2, positions, 2))));
  }

  @Test
  void aModelsTreesAreCountedWithTheNetworkInsideAndUsefulIsWhatIsCommitted() {
    var work = new WorkProfiler();
    TokenModel target = work.of(new Inside(TABLE), Role.TARGET);
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session = target.open(new int[] {1, 2, 3, 0, 1}, new int[] {1, 2})) {
      TokenTree[] trees = {
        new TokenTree(new int[] {1, 2, 3}, new int[] {-1, 0, 0}), TokenTree.chain(2)
      };
      session.score(scope, trees);
      session.commit(new int[][] {{0, 2}, {0}});
      assertArrayEquals(new int[] {6, 2}, session.lengths());
    }
    assertEquals(
        new Work(1, 8, 3, 5, 3, new Cost(8 * 3000, (10 + 1) * 3, 8 * 4 * 3, 7)),
        work.prefill(Role.TARGET));
    assertEquals(
        new Work(1, 6, 2, 3, 3, new Cost(6 * 3000, (5 + 6 + 6 + 2) * 3, 6 * 7 * 3, 7)),
        work.work(Role.TARGET));
  }

  @Test
  void aTableIsCountedInPassesAloneAndGivesTheSameDistributions() {
    var work = new WorkProfiler();
    TokenModel draft = work.of(TABLE, Role.DRAFT);
    try (NDManager scope = Tensors.manager()) {
      TokenTree[] trees = {TokenTree.chain(2, 3)};
      NDArray watched = draft.open(new int[] {2}).score(scope, trees).logProbsBNV();
      NDArray bare = TABLE.open(new int[] {2}).score(scope, trees).logProbsBNV();
      assertEquals(bare, watched);
      assertEquals(DataType.FLOAT32, watched.getDataType());
    }
    assertEquals(new Work(1, 2, 0, 0, 0, Cost.NONE), work.work(Role.DRAFT));
    assertEquals(Work.NONE, work.prefill(Role.DRAFT), "a prompt of one token reads nothing");
    Table table = work.table();
    assertEquals(1, table.rowCount());
    assertEquals("draft", table.stringColumn("role").get(0));
    assertEquals("decode", table.stringColumn("phase").get(0));
    assertTrue(table.columnNames().contains("visiblePairs"));
    work.clear();
    assertEquals(0, work.table().rowCount());
  }

  @Test
  void aCausalModelCountsTheSameAsItsShapesCost() {
    var work = new WorkProfiler();
    try (CausalLm model = CausalLm.gpt(2, 8, 11, 32, 1);
        NDManager scope = Tensors.manager();
        TokenModel.Session session = work.of(model, Role.TARGET).open(new int[] {1, 2, 3, 4})) {
      for (int cached = 3; cached < 6; cached++) {
        session.score(scope, new TokenTree[] {TokenTree.chain(5, 6)});
        session.commit(new int[][] {{0}});
      }
      Cost expected = Cost.NONE;
      for (int cached = 3; cached < 6; cached++) {
        expected = expected.plus(model.cost(Cost.Shape.causal(1, 2, cached, 2)));
      }
      assertEquals(new Work(3, 6, 0, 3, 6, expected), work.work(Role.TARGET));
      assertEquals(model.cost(Cost.Shape.causal(1, 3, 0, 2)), work.prefill(Role.TARGET).cost());
    }
  }
}

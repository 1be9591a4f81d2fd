package dev.stretto.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A state after any history of operations gives what a pass over the committed text gives. */
public final class Histories {
  /** Tokens that the networks must know. */
  public static final int VOCABULARY = 17;

  private Histories() {}

  /**
   * Appends, peeks, commits tree paths, truncates, gathers, forks, marks and restores at random.
   */
  public static void check(Backbone model, StateKind kind, int seed) {
    Rng random = SeedTree.of(seed).rng();
    try (NDManager scope = Tensors.manager()) {
      int rows = 1 + random.nextInt(3);
      List<List<Integer>> texts = new ArrayList<>();
      IntStream.range(0, rows).forEach(b -> texts.add(new ArrayList<>()));
      State state = model.newState(rows, 64, kind);
      for (int move = 0; move < 10; move++) {
        String what = "seed %d, move %d".formatted(seed, move);
        switch (random.nextInt(6)) {
          case 0, 1 -> append(model, state, texts, random, scope);
          case 2 -> tree(model, state, texts, random, scope, what);
          case 3 -> {
            int[] ends =
                texts.stream()
                    .mapToInt(text -> text.size() - random.nextInt(text.size() + 1) / 2)
                    .toArray();
            if (!(state instanceof Sliceable slots)) {
              continue;
            }
            slots.truncate(ends);
            for (int b = 0; b < texts.size(); b++) {
              texts.set(b, new ArrayList<>(texts.get(b).subList(0, ends[b])));
            }
          }
          case 4 -> {
            int[] chosen = random.ints(1 + random.nextInt(3), 0, texts.size()).toArray();
            state.gather(chosen);
            List<List<Integer>> old = List.copyOf(texts);
            texts.clear();
            Arrays.stream(chosen).forEach(b -> texts.add(new ArrayList<>(old.get(b))));
          }
          default -> {
            State.Mark mark = state.mark();
            List<List<Integer>> old = texts.stream().map(List::copyOf).toList();
            append(model, state, texts, random, scope);
            fork(model, state, texts, random, scope, what);
            boolean[] back = new boolean[texts.size()];
            for (int b = 0; b < back.length; b++) {
              back[b] = random.nextBoolean();
              if (back[b]) {
                texts.set(b, new ArrayList<>(old.get(b)));
              }
            }
            state.restore(mark, back);
            mark.close();
          }
        }
        assertArrayEquals(texts.stream().mapToInt(List::size).toArray(), state.lengths(), what);
      }
      // one more token a row, against a pass over everything
      int[][] next = new int[texts.size()][1];
      for (int b = 0; b < next.length; b++) {
        next[b][0] = random.nextInt(VOCABULARY);
      }
      NDArray cached = model.forward(Step.of(ids(scope, next)).peek(), state).lastBND();
      for (int b = 0; b < next.length; b++) {
        List<Integer> all = new ArrayList<>(texts.get(b));
        all.add(next[b][0]);
        assertClose(fresh(model, scope, all), cached.get(b).get(0), "seed " + seed);
      }
      state.close();
    }
  }

  /** What is read into a fork is right there and, as the end of the history shows, nowhere else. */
  private static void fork(
      Backbone model,
      State state,
      List<List<Integer>> texts,
      Rng random,
      NDManager scope,
      String what) {
    List<List<Integer>> own = new ArrayList<>();
    texts.forEach(text -> own.add(new ArrayList<>(text)));
    try (State fork = state.fork()) {
      append(model, fork, own, random, scope);
      int[][] next = new int[own.size()][1];
      NDArray last = model.forward(Step.of(ids(scope, next)).peek(), fork).lastBND();
      own.getFirst().add(0);
      assertClose(fresh(model, scope, own.getFirst()), last.get(0).get(0), what + ", fork");
    }
  }

  private static void append(
      Backbone model, State state, List<List<Integer>> texts, Rng random, NDManager scope) {
    int n = 1 + random.nextInt(4);
    int[][] tokens = new int[texts.size()][n];
    int[] counts = new int[texts.size()];
    for (int b = 0; b < tokens.length; b++) {
      counts[b] = random.nextInt(n + 1);
      for (int i = 0; i < n; i++) {
        tokens[b][i] = random.nextInt(VOCABULARY);
        if (i < counts[b]) {
          texts.get(b).add(tokens[b][i]);
        }
      }
    }
    model.forward(Step.of(ids(scope, tokens)).counts(counts), state);
  }

  private static void tree(
      Backbone model,
      State state,
      List<List<Integer>> texts,
      Rng random,
      NDManager scope,
      String what) {
    int n = 5;
    int rows = texts.size();
    int[][] tokens = new int[rows][n];
    int[][] positions = new int[rows][n];
    boolean[][][] sees = new boolean[rows][n][n];
    int[][] paths = new int[rows][];
    int[][] parents = new int[rows][n];
    for (int b = 0; b < rows; b++) {
      for (int i = 0; i < n; i++) {
        tokens[b][i] = random.nextInt(VOCABULARY);
        parents[b][i] = i == 0 ? -1 : random.nextInt(i);
        if (i > 0) {
          System.arraycopy(sees[b][parents[b][i]], 0, sees[b][i], 0, n);
        }
        sees[b][i][i] = true;
        positions[b][i] = texts.get(b).size();
        for (int at = parents[b][i]; at >= 0; at = parents[b][at]) {
          positions[b][i]++;
        }
      }
      paths[b] = path(parents[b], random.nextInt(n));
    }
    Step step =
        Step.of(ids(scope, tokens))
            .at(positions)
            .mask(new Mask.Visible(sees, new boolean[0][][]))
            .peek();
    NDArray nodes = model.forward(step, state).lastBND();
    for (int b = 0; b < rows; b++) {
      int[] path = paths[b];
      List<Integer> all = new ArrayList<>(texts.get(b));
      Arrays.stream(path).forEach(node -> all.add(0));
      for (int k = 0; k < path.length; k++) {
        all.set(texts.get(b).size() + k, tokens[b][path[k]]);
      }
      assertClose(
          fresh(model, scope, all), nodes.get(b).get(path[path.length - 1]), what + ", tree");
      texts.set(b, all);
    }
    state.commit(paths);
  }

  private static int[] path(int[] parents, int node) {
    List<Integer> path = new ArrayList<>();
    for (int at = node; at >= 0; at = parents[at]) {
      path.addFirst(at);
    }
    return path.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The last hidden state of a text read in one pass. */
  public static NDArray fresh(Backbone model, NDManager scope, List<Integer> text) {
    int[][] one = {text.stream().mapToInt(Integer::intValue).toArray()};
    return model.forward(Step.of(ids(scope, one))).lastBND().get(0).get(text.size() - 1);
  }

  /** Token ids of rows of one length. */
  public static NDArray ids(NDManager scope, int[][] rows) {
    long[] flat = Arrays.stream(rows).flatMapToInt(Arrays::stream).asLongStream().toArray();
    return scope.create(flat, new Shape(rows.length, rows[0].length));
  }

  /** Equal up to rounding. */
  public static void assertClose(NDArray expected, NDArray actual, String what) {
    assertArrayEquals(expected.toFloatArray(), actual.toFloatArray(), 1e-4f, what);
  }

  /** Arrays that live in a scope and the scopes below it. */
  public static long live(NDManager manager) {
    long count = 0;
    try {
      for (String name : List.of("resources", "tempResources")) {
        Field field = BaseNDManager.class.getDeclaredField(name);
        field.setAccessible(true);
        for (Object resource : ((Map<?, ?>) field.get(manager)).values()) {
          count += resource instanceof NDManager below ? live(below) : 1;
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
    return count;
  }
}

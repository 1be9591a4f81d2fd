package dev.stretto.models.language;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.Step;
import dev.stretto.models.Trainable;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.models.state.KvState;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * A language model whose first layers are language models too (Sorted LLaMA, 2309.08968; S2D,
 * 2407.01955): sub-model e is its first e layers, the shared final norm and the shared, tied head.
 * Keys and values of tokens that left early are filled lazily: the stream behind an exit is kept,
 * and the missing layers run over all that is missing as soon as a deeper exit is asked, which is
 * exact.
 */
public final class NestedDraft implements Trainable, ExitModel {
  private final TransformerConfig config;
  private final int[] exits;
  private final Parameters parameters;
  private final Transformer body;

  /**
   * A model with fresh weights.
   *
   * @param config its shape, with a vocabulary
   * @param seed where weights are drawn from
   * @param exits layers passed at each exit, rising, the last one all of them; else an
   *     IllegalArgumentException
   */
  public NestedDraft(TransformerConfig config, SeedTree seed, int... exits) {
    int[] rising = Arrays.stream(exits).filter(e -> e > 0).sorted().distinct().toArray();
    if (exits.length == 0
        || !Arrays.equals(exits, rising)
        || exits[exits.length - 1] != config.layers()) {
      throw new IllegalArgumentException(
          "exits %s of %d layers: expected rising numbers from 1, the last one all layers"
              .formatted(Arrays.toString(exits), config.layers()));
    }
    this.config = config;
    this.exits = exits.clone();
    parameters = new Parameters(seed);
    body = new Transformer(config, parameters);
  }

  private NDArray logits(NDArray streamBND) {
    return Ops.linear(body.finalNorm(streamBND), body.embedding().orElseThrow());
  }

  /**
   * Logits of whole sequences at some exits, in one forward pass.
   *
   * @param idsBN 64-bit ids (rows, positions)
   * @param chosen exits, rising
   * @return logits (rows, positions, vocabulary) of each
   */
  public NDArray[] logits(NDArray idsBN, int... chosen) {
    Set<Integer> taps = new TreeSet<>();
    Arrays.stream(chosen).forEach(exit -> taps.add(exits[exit]));
    int top = exits[chosen[chosen.length - 1]];
    var hidden = body.forward(Step.of(idsBN).taps(taps).layers(Step.Layers.range(0, top)));
    return Arrays.stream(chosen)
        .mapToObj(exit -> logits(hidden.tapsBND().get(exits[exit])))
        .toArray(NDArray[]::new);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public void close() {
    parameters.close();
  }

  @Override
  public int exits() {
    return exits.length;
  }

  @Override
  public int vocabulary() {
    return config.vocabulary();
  }

  @Override
  public int maxLength() {
    return config.maxLength();
  }

  @Override
  public double work(int exit, int heads) {
    double layer = 12.0 * config.width(); // times D, as the head's V
    return (exits[exit] * layer + heads * config.vocabulary())
        / (config.layers() * layer + config.vocabulary());
  }

  @Override
  public Reading open() {
    return new Lazy();
  }

  private final class Lazy implements Reading {
    private final NDManager own = parameters.manager().newSubManager();
    private final KvState state =
        (KvState) body.newState(1, config.maxLength(), State.Kind.PREALLOCATED);

    /** The stream (1, n, D) behind each exit of positions that the next layers did not read. */
    private final NDArray[] waiting = new NDArray[exits.length];

    private final double[][] laws = new double[exits.length][];
    private int[] read = {};

    private int bottom(int exit) {
      return exit == 0 ? 0 : exits[exit - 1];
    }

    private int done(int exit) {
      return state.lengths(bottom(exit))[0];
    }

    @Override
    public double[] logProbs(int[] text, int exit) {
      int same = Arrays.mismatch(read, text);
      same = same < 0 ? text.length : same;
      if (same < text.length || read.length > text.length) {
        Arrays.fill(laws, null);
      }
      if (same == text.length && laws[exit] == null && done(exit) >= same) {
        same--; // its stream has gone up already
      }
      if (same < read.length) {
        forget(same);
      }
      read = text.clone();
      if (laws[exit] == null) {
        try (NDManager scope = own.newSubManager()) {
          laws[exit] = law(scope, exit);
        }
      }
      return laws[exit];
    }

    private double[] law(NDManager scope, int exit) {
      NDArray top = scope.create(0f);
      for (int e = 0; e <= exit; e++) {
        int from = done(e);
        if (from == read.length) {
          continue;
        }
        Step.Input input;
        if (e == 0) {
          long[] ids = Arrays.stream(read, from, read.length).asLongStream().toArray();
          input = new Step.Input.Ids(scope.create(ids, new Shape(1, ids.length)));
        } else {
          waiting[e - 1].attach(scope);
          input = new Step.Input.Vectors(waiting[e - 1]);
          waiting[e - 1] = null;
        }
        Step step =
            Step.of(input).layers(Step.Layers.range(bottom(e), exits[e])).taps(Set.of(exits[e]));
        top = body.forward(step, state).tapsBND().get(exits[e]);
        if (e < exits.length - 1) {
          keep(e, top);
        }
      }
      long n = top.getShape().get(1);
      NDArray last = Tensors.narrow(scope, top, 1, n - 1, n);
      float[] values = logits(last).logSoftmax(2).toFloatArray();
      double[] law = new double[values.length];
      Arrays.setAll(law, token -> values[token]);
      return law;
    }

    private void keep(int exit, NDArray fresh) {
      NDArray all =
          waiting[exit] == null
              ? fresh.duplicate()
              : NDArrays.concat(new NDList(waiting[exit], fresh), 1);
      replace(exit, all);
    }

    private void replace(int exit, NDArray stream) {
      if (waiting[exit] != null) {
        waiting[exit].close();
      }
      waiting[exit] = stream;
      stream.attach(own);
    }

    private void forget(int from) {
      state.truncate(new int[] {from});
      for (int e = 0; e < exits.length - 1; e++) {
        int kept = from - done(e + 1);
        if (waiting[e] == null || kept >= waiting[e].getShape().get(1)) {
          continue;
        }
        if (kept > 0) {
          replace(e, waiting[e].get("0:,0:" + kept).duplicate());
        } else {
          waiting[e].close();
          waiting[e] = null;
        }
      }
    }

    @Override
    public void close() {
      own.close();
      state.close();
    }
  }
}

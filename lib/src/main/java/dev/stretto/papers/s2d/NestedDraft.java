package dev.stretto.papers.s2d;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Parameters;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.Trainable;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.models.state.KvState;
import dev.stretto.samplers.decoding.TokenPicker;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A language model whose first layers are language models too (Sorted LLaMA, 2309.08968; S2D,
 * 2407.01955): sub-model e is its first e layers, the shared final norm and the shared, tied head.
 * Keys and values of tokens that left early are filled {@link KvFill#LAZY lazily}: the stream
 * behind an exit is kept, and the missing layers run over all that is missing as soon as a deeper
 * exit is asked, which is exact. {@link #filled} gives the other way.
 */
public final class NestedDraft implements Trainable, ExitModel {
  private final TransformerConfig config;
  private final int[] exits;
  private final Transformer body;
  private final KvFill fill;
  private final boolean owned;

  /**
   * A model with fresh weights.
   *
   * @param config its shape, with a vocabulary
   * @param seed where weights are drawn from
   * @param exits layers passed at each exit, rising, the last one all of them; else an
   *     IllegalArgumentException
   */
  public NestedDraft(TransformerConfig config, SeedTree seed, int... exits) {
    this(checked(config, exits), new Transformer(config, new Parameters(seed)), KvFill.LAZY, true);
  }

  private NestedDraft(int[] exits, Transformer body, KvFill fill, boolean owned) {
    this.config = body.config();
    this.exits = exits;
    this.body = body;
    this.fill = fill;
    this.owned = owned;
  }

  /**
   * The layers of a model as exits: its own weights, trained or not for the purpose.
   *
   * @param model a transformer with a tied head, else an IllegalArgumentException; stays the
   *     caller's and is not closed with its exits
   * @param exits as of the constructor
   * @return the same network with exits
   */
  public static NestedDraft of(CausalLm model, int... exits) {
    if (model.parameters().all().containsKey("head.weight")) {
      throw new IllegalArgumentException(
          "the model's head has a matrix of its own, expected the embedding table");
    }
    return new NestedDraft(checked(model.body().config(), exits), model.body(), KvFill.LAZY, false);
  }

  private static int[] checked(TransformerConfig config, int... exits) {
    int[] rising = Arrays.stream(exits).filter(e -> e > 0).sorted().distinct().toArray();
    if (exits.length == 0
        || !Arrays.equals(exits, rising)
        || exits[exits.length - 1] != config.layers()) {
      throw new IllegalArgumentException(
          "exits %s of %d layers: expected rising numbers from 1, the last one all layers"
              .formatted(Arrays.toString(exits), config.layers()));
    }
    return exits.clone();
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
  NDArray[] logits(NDArray idsBN, int... chosen) {
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
    return body.parameters();
  }

  @Override
  public void close() {
    if (owned) {
      parameters().close();
    }
  }

  @Override
  public int exits() {
    return exits.length;
  }

  /** {@return how many tokens there are} */
  int vocabulary() {
    return config.vocabulary();
  }

  @Override
  public int maxLength() {
    return config.maxLength();
  }

  @Override
  public double work(int exit, int heads) {
    // times D, as the head's V
    return share(12.0 * config.width() * exits[exit] + heads * config.vocabulary());
  }

  private double share(double work) {
    return work / (12.0 * config.width() * config.layers() + config.vocabulary());
  }

  /**
   * What all exits predict along a text.
   *
   * @param text ids
   * @param from the first position, 1 or more: what stands before is the prompt
   * @return natural logarithms, [position][exit][token]
   */
  double[][][] logProbs(int[] text, int from) {
    int vocabulary = config.vocabulary();
    double[][][] logProbs = new double[text.length - from][exits.length][];
    if (logProbs.length == 0) {
      return logProbs;
    }
    try (NDManager scope = parameters().manager().newSubManager()) {
      NDArray idsBN = ids(scope, Arrays.copyOf(text, text.length - 1));
      NDArray[] logits = logits(idsBN, IntStream.range(0, exits.length).toArray());
      for (int exit = 0; exit < exits.length; exit++) {
        NDArray asked = Tensors.narrow(scope, logits[exit], 1, from - 1L, text.length - 1L);
        float[] values = asked.logSoftmax(2).toFloatArray();
        for (int at = 0; at < logProbs.length; at++) {
          int first = at * vocabulary;
          logProbs[at][exit] =
              TokenPicker.wide(Arrays.copyOfRange(values, first, first + vocabulary));
        }
      }
    }
    return logProbs;
  }

  private static NDArray ids(NDManager scope, int... tokens) {
    return scope.create(Arrays.stream(tokens).asLongStream().toArray()).expandDims(0);
  }

  @Override
  public Session open() {
    return new Text();
  }

  /**
   * {@return the same weights, which stay this model's, with another way to fill what was skipped}
   */
  NestedDraft filled(KvFill how) {
    return new NestedDraft(exits, body, how, false);
  }

  private final class Text implements Session {
    private final NDManager own = parameters().manager().newSubManager();
    private final KvState state =
        (KvState) body.newState(1, config.maxLength(), StateKind.PREALLOCATED);

    /** The stream (1, positions, D) after each exit, read up to its length. */
    private final NDArray[] streams = new NDArray[exits.length];

    /** Positions that went to each exit; at most as many as to the one before. */
    private final int[] lengths = new int[exits.length];

    private final double[][] answers = new double[exits.length][];
    private int[] read = {};

    /** Positions that are not counted: the first text's but the last. */
    private int prompt = -1;

    /** Positions that an earlier call left where they are. */
    private int settled;

    private double filled;

    Text() {
      Shape all = new Shape(1, config.maxLength(), config.width());
      Arrays.setAll(streams, exit -> own.zeros(all));
    }

    @Override
    public double filled() {
      return share(filled);
    }

    @Override
    public double[] logProbs(int[] text, int exit) {
      int same = Arrays.mismatch(read, text);
      if (same >= 0) {
        Arrays.fill(answers, null);
        change(text, Math.min(same, text.length - 1)); // the last position always runs anew
      }
      if (answers[exit] == null) {
        try (NDManager scope = own.newSubManager()) {
          advance(scope, exit);
          NDArray last = stream(scope, exit, read.length - 1, read.length);
          answers[exit] = TokenPicker.wide(logits(last).logSoftmax(2).toFloatArray());
        }
      }
      return answers[exit];
    }

    private NDArray stream(NDManager scope, int exit, int from, int to) {
      return Tensors.narrow(scope, streams[exit], 1, from, to);
    }

    private void change(int[] text, int same) {
      if (same < read.length) {
        state.truncate(new int[] {same});
        Arrays.setAll(lengths, exit -> Math.min(lengths[exit], same));
      }
      prompt = prompt < 0 ? text.length - 1 : prompt;
      settled = same;
      if (fill == KvFill.COPY) {
        copy(text);
      }
      read = text.clone();
    }

    /** What left early goes up as it is; the first text runs through all layers. */
    private void copy(int[] text) {
      try (NDManager scope = own.newSubManager()) {
        if (read.length == 0 && text.length > 1) {
          read = Arrays.copyOf(text, text.length - 1);
          advance(scope, exits.length - 1);
        }
        for (int e = 1; e < exits.length; e++) {
          int missing = lengths[e - 1] - lengths[e];
          if (missing > 0) {
            NDArray left = stream(scope, e - 1, lengths[e], lengths[e - 1]);
            Step.Layers above = Step.Layers.range(exits[e - 1], exits[e]);
            body.project(Step.of(new Step.Input.Vectors(left)).layers(above), state);
            filled += 2.0 * config.width() * (exits[e] - exits[e - 1]) * missing;
            append(e, left);
          }
        }
      }
    }

    /** Runs the layers up to an exit over all positions that they did not read. */
    private void advance(NDManager scope, int exit) {
      for (int e = 0; e <= exit; e++) {
        int from = lengths[e];
        if (from < read.length) {
          int below = e == 0 ? 0 : exits[e - 1];
          Step.Input input =
              e == 0
                  ? new Step.Input.Ids(ids(scope, Arrays.copyOfRange(read, from, read.length)))
                  : new Step.Input.Vectors(stream(scope, e - 1, from, read.length));
          int late = Math.max(0, settled - Math.max(from, prompt));
          filled += 12.0 * config.width() * (exits[e] - below) * late;
          Step.Layers layers = Step.Layers.range(below, exits[e]);
          Step step = Step.of(input).layers(layers).taps(Set.of(exits[e]));
          append(e, body.forward(step, state).tapsBND().get(exits[e]));
        }
      }
    }

    private void append(int exit, NDArray fresh) {
      int from = lengths[exit];
      lengths[exit] += (int) fresh.getShape().get(1);
      streams[exit].set(new NDIndex(":, {}:{}", from, lengths[exit]), fresh);
    }

    @Override
    public void close() {
      own.close();
      state.close();
    }
  }
}

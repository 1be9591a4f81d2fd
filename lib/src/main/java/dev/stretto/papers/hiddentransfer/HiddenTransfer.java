package dev.stretto.papers.hiddentransfer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Backbone;
import dev.stretto.models.Conditions;
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.Trainable;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import dev.stretto.papers.hydra.DraftHeads;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A causal language model whose pass also looks ahead (Hidden Transfer, Wu et al. 2024, section 3):
 * the state of a position s after layer t is mapped to pseudo states of the k positions after it,
 * which run through the remaining layers beside the real ones and end as distributions of tokens
 * that nobody has read yet. Real positions do not see them, so the model's own distributions stay
 * what they were. Its weights are the maps' alone; the base is frozen.
 *
 * <p>A session that was asked for hidden states carries pseudo states for every node of its trees
 * and hands them out under {@link #PSEUDO}; other sessions are the base's.
 */
public final class HiddenTransfer implements TokenModel.Wrapper, Trainable {
  /**
   * The tap of the pseudo states after the final norm: (rows, nodes, offsets * width), the nearest
   * offset first.
   */
  public static final int PSEUDO = -1;

  /** The most nodes of a tree, by which a session's state is larger than the context. */
  static final int MOST_NODES = 64;

  private final CausalLm base;
  private final Backbone body;
  private final int layer;
  private final int offsets;
  private final Parameters parameters;
  private final NDArray weight;
  private final NDArray bias;

  /**
   * Maps that copy the state, to be trained.
   *
   * @param base the model, with rotary positions; stays the caller's
   * @param layer t, how many layers run before the pseudo states join, 0 to all
   * @param offsets k, how many positions are looked ahead, 0 or more
   */
  public HiddenTransfer(CausalLm base, int layer, int offsets) {
    this(base, base.body(), layer, offsets);
  }

  /** With the base's network seen through another one that may count. */
  HiddenTransfer(CausalLm base, Backbone body, int layer, int offsets) {
    if (layer < 0 || layer > base.layers()) {
      throw new IllegalArgumentException(
          "layer is %d, expected 0 to %d".formatted(layer, base.layers()));
    }
    if (offsets < 0) {
      throw new IllegalArgumentException("offsets is %d, expected 0 or more".formatted(offsets));
    }
    if (!(base.body().config().positions() instanceof PositionKind.Rotary)) {
      throw new IllegalArgumentException(
          "the base has %s positions, expected rotary ones: others enter below layer %d only"
              .formatted(base.body().config().positions(), layer));
    }
    this.base = base;
    this.body = body;
    this.layer = layer;
    this.offsets = offsets;
    parameters = new Parameters(SeedTree.of(0));
    long rows = Math.max(1, offsets) * (long) body.width();
    weight = parameters.constant("transfer.weight", 0, rows, body.width());
    bias = parameters.constant("transfer.bias", 0, rows);
  }

  Backbone body() {
    return body;
  }

  /** {@return the model that looks ahead} */
  @Override
  public CausalLm model() {
    return base;
  }

  /** {@return t, how many layers run before the pseudo states join} */
  public int layer() {
    return layer;
  }

  /** {@return k, how many positions are looked ahead} */
  public int offsets() {
    return offsets;
  }

  /**
   * Positions times layers of a pass: below t the nodes alone, above it each with its pseudo
   * states.
   *
   * @param nodes N
   * @return {@code t N + (L - t) N (1 + k)}
   */
  public long layerPositions(int nodes) {
    return (long) layer * nodes + (layers() - layer) * (long) nodes * (1 + offsets);
  }

  /** p_j = W_j h + b_j with W_j = I + weight_j: (rows, n, D) becomes (rows, n k, D). */
  NDArray transfer(NDArray hBND) {
    Shape s = hBND.getShape();
    NDArray far = Ops.linear(hBND, weight, bias).reshape(s.get(0), s.get(1), offsets, s.get(2));
    return hBND.expandDims(2).add(far).reshape(s.get(0), s.get(1) * offsets, s.get(2));
  }

  /**
   * Real positions of texts, and pseudo positions after some of them.
   *
   * @param real of all positions, with the taps asked for
   * @param pseudo (rows, chosen positions * offsets, width), a position's offsets together, with
   *     the taps from t on
   */
  public record Lifted(Hidden real, Hidden pseudo) {}

  /**
   * Looks ahead from chosen positions of texts that are known.
   *
   * @param idsBS texts (rows, positions)
   * @param at positions s, the same in every row
   * @param taps numbers of layers passed
   * @return states, owned by the scope of the ids
   */
  public Lifted lift(NDArray idsBS, int[] at, Set<Integer> taps) {
    return lift(idsBS, at, taps, this::transfer);
  }

  Lifted lift(NDArray idsBS, int[] at, Set<Integer> taps, UnaryOperator<NDArray> transfer) {
    int rows = (int) idsBS.getShape().get(0);
    int n = (int) idsBS.getShape().get(1);
    Set<Integer> all = new HashSet<>(taps);
    all.add(layer);
    try (State state = body.newState(rows, n, StateKind.FUNCTIONAL)) {
      Hidden real = body.forward(Step.of(idsBS).taps(all), state);
      NDArray pseudo = transfer.apply(DraftHeads.pick(real.tapsBND().get(layer), at));
      boolean[][][] fresh = new boolean[1][at.length * offsets][at.length * offsets];
      boolean[][][] cached = new boolean[1][at.length * offsets][n];
      int[][] places = new int[1][at.length * offsets];
      for (int i = 0; i < fresh[0].length; i++) {
        places[0][i] = at[i / offsets] + i % offsets + 1;
        Arrays.fill(fresh[0][i], i - i % offsets, i + 1, true);
        Arrays.fill(cached[0][i], 0, at[i / offsets] + 1, true);
      }
      all.removeIf(tap -> tap < layer);
      Step step =
          Step.of(new Step.Input.Vectors(pseudo)).at(places).mask(new Mask.Visible(fresh, cached));
      return new Lifted(real, upper(step.peek().taps(all), state));
    }
  }

  /** Layers t to L, or the norm alone where none is left. */
  Hidden upper(Step step, State state) {
    NDArray x = ((Step.Input.Vectors) step.input()).xBND();
    return layer == layers()
        ? new Hidden(base.body().finalNorm(x), Map.of(layer, x))
        : body.forward(step.layers(Step.Layers.range(layer, layers())), state);
  }

  @Override
  public Session open(int[][] prompts, boolean hidden) {
    if (!hidden || offsets == 0) {
      return base.open(prompts, hidden);
    }
    NetworkSession.check(prompts, vocabulary(), maxLength());
    return new NetworkSession(
        new PseudoStateBackbone(this), base::logits, prompts, Conditions.NONE, true);
  }

  /**
   * Who sees whom above layer t: a node its ancestors and itself, its pseudo state j all that the
   * node sees and the node's pseudo states up to j.
   *
   * @param nodes [node][other] of a tree
   * @param offsets k
   * @return the same for the nodes and after them their pseudo states, a node's together
   */
  public static boolean[][] sees(boolean[][] nodes, int offsets) {
    int n = nodes.length;
    boolean[][] sees = new boolean[n * (1 + offsets)][];
    for (int i = 0; i < n; i++) {
      sees[i] = Arrays.copyOf(nodes[i], n * (1 + offsets));
      int first = n + i * offsets;
      for (int j = 0; j < offsets; j++) {
        sees[first + j] = sees[i].clone();
        Arrays.fill(sees[first + j], first, first + j + 1, true);
      }
    }
    return sees;
  }

  /** Of a pass that carries pseudo states. */
  @Override
  public Cost cost(Cost.Shape shape) {
    int rows = shape.rows();
    int n = shape.positions();
    int more = n * offsets;
    long visible = (1 + offsets) * shape.visible() + (long) rows * more * (offsets + 1) / 2;
    Cost.Shape lower =
        new Cost.Shape(rows, n, shape.keys(), shape.visible(), layer, shape.memory());
    Cost.Shape upper =
        new Cost.Shape(rows, n + more, shape.keys() + more, visible, layers() - layer, 0);
    long width = body.width();
    long read = offsets == 0 ? 0 : Float.BYTES * weight.size();
    Cost maps = new Cost((long) rows * more * width * width, 0, 0, read);
    // the head is in the base's cost, not in the body's
    return base.cost(lower).plus(body.cost(upper)).plus(maps);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  /** Closes the maps; the base stays open. */
  @Override
  public void close() {
    parameters.close();
  }
}

package dev.stretto.papers.hydra;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Hidden;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.Trainable;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Small networks on a frozen target's final states that guess the tokens after its next one. With
 * h_s the state of the last token that was read, y_1 the target's own next token and y_2, ... the
 * drafted ones, the head of depth j gives the distribution of y_(j+1). An attention layer over all
 * accepted states may stand before the heads.
 */
public abstract class DraftHeads implements Trainable {
  private final CausalLm target;
  private final int before;
  private final Parameters parameters;

  /**
   * Heads without weights yet.
   *
   * @param target whose states they read
   * @param before how many tokens before y_1 they read beside the states
   * @param seed of the weights
   */
  protected DraftHeads(CausalLm target, int before, long seed) {
    this.target = target;
    this.before = before;
    parameters = new Parameters(SeedTree.of(seed));
  }

  /**
   * A layer over accepted states, of the target's width.
   *
   * @param slack positions more than the target's longest text
   * @param own where its weights go
   * @return the layer
   */
  protected final Transformer layer(int slack, Parameters own) {
    int width = target.backbone().width();
    int positions = target.maxLength() + slack;
    return new Transformer(TransformerConfig.gpt(1, width, 0, positions).withHeads(1, 1), own);
  }

  /** {@return how many heads there are} */
  public abstract int depths();

  /** {@return the layer over accepted states, where there is one} */
  protected abstract Optional<Transformer> layer();

  /**
   * What drafts start from.
   *
   * @param statesBND the target's states
   * @param read what the layer made of them
   * @return one vector for each state; the state itself unless overridden
   */
  protected NDArray base(NDArray statesBND, Hidden read) {
    return statesBND;
  }

  /**
   * Gets ready to draft.
   *
   * @param scope owns what all drafts share
   * @return starts a draft
   */
  protected abstract Function<Start, Walk> drafts(NDManager scope);

  /**
   * Where drafts start.
   *
   * @param hBND what {@link #base} gave for the s of each draft (rows, drafts, width)
   * @param texts tokens of each row, y_1 of its first draft included
   * @param at s of each row's first draft; the others follow position by position
   * @param cache of the layer, where there is one
   * @param known whether the cache has read the texts to the end: each draft sees it up to its s
   */
  protected record Start(
      NDArray hBND, int[][] texts, int[] at, Optional<State> cache, boolean known) {}

  /** {@return the model whose states they read; not theirs to train or close} */
  public final CausalLm target() {
    return target;
  }

  /** {@return how many tokens before y_1 they read beside the states} */
  public final int before() {
    return before;
  }

  @Override
  public final Parameters parameters() {
    return parameters;
  }

  private NDArray read(NDArray statesBND, int[] counts, Optional<State> cache) {
    Step step = Step.of(new Step.Input.Vectors(statesBND)).counts(counts).taps(Set.of(1));
    return cache
        .map(c -> base(statesBND, layer().orElseThrow().forward(step, c)))
        .orElse(statesBND);
  }

  /**
   * Starts to draft for rows.
   *
   * @param rows how many
   * @return what they remember of the rows; owned by the caller
   */
  public final Context open(int rows) {
    return new Context(rows);
  }

  /**
   * Drafts after many positions of known texts at once, for training.
   *
   * @param statesBND the target's states (rows, positions, width); their scope owns the results
   * @param tokens the texts, as long or longer
   * @param from first position that is the s of a draft: node 0 of every depth
   * @param to after the last one
   * @return the walk, whose nodes keep their places
   */
  public final Walk teach(NDArray statesBND, int[][] tokens, int from, int to) {
    NDManager scope = statesBND.getManager();
    Optional<State> cache = layer().map(l -> l.newState(tokens.length, to, StateKind.FUNCTIONAL));
    NDArray h = read(Tensors.narrow(scope, statesBND, 1, 0, to), new int[0], cache);
    int[] at = new int[tokens.length];
    Arrays.fill(at, from);
    NDArray starts = Tensors.narrow(scope, h, 1, from, to);
    return drafts(scope).apply(new Start(starts, tokens, at, cache, true));
  }

  /** What is remembered of rows: the state after the last accepted token, and the layer's cache. */
  public final class Context implements AutoCloseable {
    private final NDManager own = parameters.manager().newSubManager();
    private final Optional<State> cache;
    private final Function<Start, Walk> drafts = drafts(own);
    private NDArray lastB1D = own.create(0f);

    Context(int rows) {
      cache = layer().map(l -> l.newState(rows, l.maxLength(), StateKind.PREALLOCATED));
    }

    /**
     * Newly accepted tokens.
     *
     * @param statesBND the target's states (rows, most tokens of a row, width)
     * @param counts how many are real in each row (the first ones)
     */
    public void read(NDArray statesBND, int[] counts) {
      int[][] last = new int[counts.length][];
      Arrays.setAll(last, b -> new int[] {Math.max(0, counts[b] - 1)});
      keep(pick(DraftHeads.this.read(statesBND, counts, cache), last));
    }

    private void keep(NDArray freshB1D) {
      lastB1D.close();
      lastB1D = freshB1D;
      lastB1D.attach(own);
    }

    /**
     * Starts a draft after the last accepted tokens.
     *
     * @param scope owns the results
     * @param texts the newest tokens of each row, y_1 last; where heads read more than there are,
     *     they read the first one again
     * @return the walk
     */
    public Walk walk(NDManager scope, int[][] texts) {
      NDArray h = lastB1D.duplicate();
      h.attach(scope);
      int[] at = Arrays.stream(texts).mapToInt(text -> text.length - 2).toArray();
      return drafts.apply(new Start(h, texts, at, cache, false));
    }

    /**
     * Keeps some rows.
     *
     * @param rows old row numbers
     */
    public void gather(int[] rows) {
      cache.ifPresent(c -> c.gather(rows));
      long width = lastB1D.getShape().get(2);
      keep(pick(lastB1D.reshape(1, -1, width), rows).reshape(rows.length, 1, width));
    }

    @Override
    public void close() {
      cache.ifPresent(State::close);
      own.close();
    }
  }

  /** A draft that grows a depth a call. */
  public interface Walk {
    /**
     * One more depth, all nodes in one call.
     *
     * @param tokens newest token of each node, [row][node]: y_1 at the first call
     * @param parents for each node its place among the last call's nodes; empty where nodes keep
     *     their places
     * @return logits of the token after each node (rows, nodes, vocabulary); one node's where all
     *     nodes have the same distribution
     */
    NDArray next(int[][] tokens, int[] parents);

    /** {@return the states that stand for the target's at the last call's nodes, where made} */
    default Optional<NDArray> states() {
      return Optional.empty();
    }
  }

  /**
   * Vectors by number, each row's own.
   *
   * @param xBND (rows, n, width); its scope owns the result
   * @param places which of the n, [row][place]
   * @return (rows, places, width)
   */
  public static NDArray pick(NDArray xBND, int[][] places) {
    Shape shape = xBND.getShape();
    int n = (int) shape.get(1);
    int[][] index = new int[places.length][];
    Arrays.setAll(index, b -> Arrays.stream(places[b]).map(place -> b * n + place).toArray());
    return Ops.embedding(ids(xBND.getManager(), index), xBND.reshape(-1, shape.get(2)));
  }

  /**
   * The same nodes of every row.
   *
   * @param xBND (rows, n, width); its scope owns the result
   * @param nodes which of the n; empty for all
   * @return (rows, nodes, width)
   */
  public static NDArray pick(NDArray xBND, int[] nodes) {
    int[][] places = new int[(int) xBND.getShape().get(0)][];
    Arrays.fill(places, nodes);
    return nodes.length == 0 ? xBND : pick(xBND, places);
  }

  /**
   * The same nodes' tokens of every row.
   *
   * @param tokens [row][node]
   * @param nodes which of them; empty for all
   * @return [row][chosen node]
   */
  public static int[][] pick(int[][] tokens, int[] nodes) {
    return nodes.length == 0
        ? tokens
        : Arrays.stream(tokens)
            .map(row -> Arrays.stream(nodes).map(node -> row[node]).toArray())
            .toArray(int[][]::new);
  }

  /**
   * Token ids as an array.
   *
   * @param scope owns it
   * @param tokens [row][node]
   * @return (rows, nodes)
   */
  public static NDArray ids(NDManager scope, int[][] tokens) {
    return NetworkSession.padded(scope, tokens, tokens[0].length);
  }
}

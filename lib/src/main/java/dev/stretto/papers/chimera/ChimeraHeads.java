package dev.stretto.papers.chimera;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.state.KvState;
import dev.stretto.papers.hydra.AcceptedStates;
import dev.stretto.papers.hydra.DraftHeads;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A drafter that fuses all tokens (Chimera, Zeng et al. 2024): an encoder makes g of the newest
 * three tokens (or another number), one attention layer over [h_1 .. h_s | f of the drafted tokens
 * | g] makes f, which stands for the target's state at the drafted token, and the head of depth j
 * reads [h_s; f_(s+j)]. At the start it gives the target's logits at h_s plus those at f.
 */
public final class ChimeraHeads implements DraftHeads {
  /**
   * Which parts there are; the others are left out to see what they do.
   *
   * @param order tokens that make g, 3 in the paper; 0 where g is the newest token's embedding
   * @param fullContext else f is g
   * @param lastState else the heads read f alone
   */
  public record Parts(int order, boolean fullContext, boolean lastState) {
    /** All of them. */
    public static final Parts FULL = new Parts(3, true, true);

    /** Checks the order. */
    public Parts {
      if (order < 0) {
        throw new IllegalArgumentException(order + " tokens make g, expected 0 or more");
      }
    }
  }

  /** Positions after the target's longest text, for nodes of a tree. */
  private static final int SLACK = 128;

  private final CausalLm target;
  private final Parameters parameters;
  private final int before;
  private final Optional<NGramEncoder> newest;
  private final Optional<Transformer> encoder;
  private final NDArray[][] heads;

  /**
   * Untrained heads.
   *
   * @param target whose states they read
   * @param depths how many heads, 1 or more
   * @param parts which there are
   * @param seed of the weights
   */
  public ChimeraHeads(CausalLm target, int depths, Parts parts, long seed) {
    if (depths < 1) {
      throw new IllegalArgumentException(depths + " heads, expected 1 or more");
    }
    this.target = target;
    parameters = new Parameters(SeedTree.of(seed));
    int width = target.backbone().width();
    before = Math.max(0, parts.order() - 1);
    // weights are stored under the paper's name whatever the order
    newest =
        parts.order() == 0
            ? Optional.empty()
            : Optional.of(
                new NGramEncoder(parts.order(), target.embedding(), parameters.under("trigram")));
    encoder =
        parts.fullContext()
            ? Optional.of(AcceptedStates.layer(target, SLACK, parameters.under("context")))
            : Optional.empty();
    heads = new NDArray[depths][parts.lastState() ? 2 : 1];
    for (int j = 0; j < depths; j++) {
      for (int k = 0; k < heads[j].length; k++) {
        String name = "head." + (j + 1) + (k == 0 ? ".drafted" : ".last");
        heads[j][k] = parameters.constant(name, 0, target.vocabulary(), width);
        Parameters.assign(heads[j][k], target.headWeight());
      }
    }
  }

  @Override
  public int depths() {
    return heads.length;
  }

  @Override
  public CausalLm target() {
    return target;
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public int before() {
    return before;
  }

  private static Step read(NDArray statesBND) {
    return Step.of(new Step.Input.Vectors(statesBND));
  }

  @Override
  public Walk teach(NDArray statesBND, int[][] tokens, int from, int to) {
    NDManager scope = statesBND.getManager();
    NDArray h = Tensors.narrow(scope, statesBND, 1, 0, to);
    int rows = tokens.length;
    Optional<State> cache = encoder.map(e -> e.newState(rows, to, StateKind.FUNCTIONAL));
    cache.ifPresent(c -> encoder.orElseThrow().forward(read(h), c));
    int[][][] earlier = new int[before][rows][to - from];
    for (int k = 0; k < before; k++) {
      for (int b = 0; b < rows; b++) {
        for (int s = from; s < to; s++) {
          earlier[k][b][s - from] = tokens[b][Math.max(0, s - before + 1 + k)];
        }
      }
    }
    NDArray last = Tensors.narrow(scope, h, 1, from, to);
    return new Steps(last, earlier, cache, newest.map(n -> n.fold(scope)), new int[] {from, to});
  }

  @Override
  public Context open(int rows) {
    NDManager own = parameters.manager().newSubManager();
    Optional<State> cache = AcceptedStates.cache(encoder, rows);
    Optional<NGramEncoder.Folded> folded = newest.map(n -> n.fold(own));
    return new AcceptedStates(
        own,
        cache,
        (states, counts) -> {
          cache.ifPresent(c -> encoder.orElseThrow().forward(read(states).counts(counts), c));
          return states;
        },
        (h, texts) -> new Steps(h, earlier(texts), cache, folded, new int[0]));
  }

  /** The newest tokens before y_1, [token][row][0]. */
  private int[][][] earlier(int[][] texts) {
    int[][][] earlier = new int[before][texts.length][1];
    for (int b = 0; b < texts.length; b++) {
      if (texts[b].length < before) {
        throw new IllegalArgumentException(
            "row %d has %d tokens before y_1, expected %d".formatted(b, texts[b].length, before));
      }
      for (int k = 0; k < before; k++) {
        earlier[k][b][0] = texts[b][texts[b].length - before + k];
      }
    }
    return earlier;
  }

  /**
   * Who sees whom among drafted tokens, depth by depth: the newest ones themselves and their
   * ancestors. The earlier ones' outputs are not read again.
   */
  private static boolean[][] sees(int[] starts, int n, List<int[]> ancestry) {
    boolean[][] sees = new boolean[n][n];
    int deepest = starts.length - 1;
    for (int i = 0; i < n; i++) {
      sees[i][i] = true;
      int node = i - starts[deepest];
      for (int d = deepest; d > 0 && i >= starts[deepest]; d--) {
        node = ancestry.get(d).length == 0 ? node : ancestry.get(d)[node];
        sees[i][starts[d - 1] + node] = true;
      }
    }
    return sees;
  }

  /** One draft, or one after each of the positions {from, to} of known texts. */
  private final class Steps implements Walk {
    private final NDArray hBND;
    private final Optional<State> cache;
    private final Optional<NGramEncoder.Folded> folded;
    private final int[] bases;
    private final List<NDArray> drafted = new ArrayList<>();
    private final List<int[]> ancestry = new ArrayList<>();
    private int[][][] earlier;
    private Optional<NDArray> states = Optional.empty();

    Steps(
        NDArray hBND,
        int[][][] earlier,
        Optional<State> cache,
        Optional<NGramEncoder.Folded> folded,
        int[] bases) {
      this.hBND = hBND;
      this.earlier = earlier;
      this.cache = cache;
      this.folded = folded;
      this.bases = bases;
    }

    @Override
    public NDArray next(int[][] tokens, int[] parents) {
      NDManager scope = hBND.getManager();
      NDArray[] head = heads[drafted.size()];
      int[][][] ngrams = new int[earlier.length + 1][][];
      Arrays.setAll(ngrams, k -> k == before ? tokens : inherited(earlier[k], parents));
      earlier = Arrays.copyOfRange(ngrams, 1, ngrams.length);
      NDArray g =
          folded
              .map(f -> f.encode(scope, ngrams))
              .orElseGet(() -> Ops.embedding(DraftHeads.ids(scope, tokens), target.embedding()));
      ancestry.add(parents);
      NDArray f = encoder.isPresent() ? attended(g) : g;
      states = Optional.of(f);
      // what stands for a state is given to deeper tokens, not trained through them
      drafted.add(Tensors.recording() ? f.stopGradient() : f);
      NDArray logits = Ops.linear(f, head[0]);
      return head.length == 1 ? logits : logits.add(Ops.linear(hBND, head[1]));
    }

    private static int[][] inherited(int[][] tokens, int[] parents) {
      return parents.length == 0
          ? tokens
          : Arrays.stream(tokens)
              .map(row -> Arrays.stream(parents).map(p -> row[p]).toArray())
              .toArray(int[][]::new);
    }

    /** The newest tokens' f: the earlier ones' go before them, again at each depth. */
    private NDArray attended(NDArray g) {
      NDList inputs = new NDList(drafted);
      inputs.add(g);
      int fresh = (int) g.getShape().get(1);
      int n = inputs.stream().mapToInt(x -> (int) x.getShape().get(1)).sum();
      KvState state = (KvState) cache.orElseThrow();
      int[] lengths = state.lengths();
      int[] depths = new int[n];
      int[] starts = new int[inputs.size()];
      for (int d = 0, at = 0; d < starts.length; d++) {
        starts[d] = at;
        int end = at + (int) inputs.get(d).getShape().get(1);
        Arrays.fill(depths, at, end, d);
        at = end;
      }
      boolean[][] sees = sees(starts, n, ancestry);
      boolean teaching = bases.length > 0;
      int rows = teaching ? 1 : lengths.length;
      boolean[][][] all = new boolean[rows][][];
      Arrays.fill(all, sees);
      float[][][] places = new float[rows][n][1];
      boolean[][][] committed = new boolean[teaching ? 1 : 0][n][lengths[0]];
      for (int b = 0; b < rows; b++) {
        for (int i = 0; i < n; i++) {
          int read = teaching ? bases[0] + i % fresh + 1 : lengths[b];
          places[b][i][0] = read + depths[i];
          if (teaching) {
            Arrays.fill(committed[b][i], 0, read, true);
          }
        }
      }
      Step step =
          Step.of(new Step.Input.Vectors(NDArrays.concat(inputs, 1)))
              .mask(new Mask.Visible(all, committed))
              .at(new Step.Positions.At(places))
              .peek();
      NDArray out = encoder.orElseThrow().forward(step, state).lastBND();
      return Tensors.narrow(hBND.getManager(), out, 1, n - fresh, n);
    }

    @Override
    public Optional<NDArray> states() {
      return states;
    }
  }
}

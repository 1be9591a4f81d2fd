package dev.stretto.papers.chimera;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.papers.hydra.DraftHeads;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * A drafter that fuses all tokens (Chimera, Zeng et al. 2024): an encoder makes g of the newest
 * three tokens (or another number), one attention layer over [h_1 .. h_s | f of the drafted tokens
 * | g] makes f, which stands for the target's state at the drafted token, and the head of depth j
 * reads [h_s; f_(s+j)]. At the start it gives the target's logits at h_s plus those at f.
 */
public final class ChimeraHeads extends DraftHeads {
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
    super(target, Math.max(0, parts.order() - 1), seed);
    if (depths < 1) {
      throw new IllegalArgumentException(depths + " heads, expected 1 or more");
    }
    // weights are stored under the paper's name whatever the order
    Parameters trigram = parameters().under("trigram");
    newest =
        parts.order() == 0
            ? Optional.empty()
            : Optional.of(new NGramEncoder(parts.order(), target.embedding(), trigram));
    encoder =
        parts.fullContext()
            ? Optional.of(layer(SLACK, parameters().under("context")))
            : Optional.empty();
    heads = new NDArray[depths][parts.lastState() ? 2 : 1];
    for (int j = 0; j < depths; j++) {
      for (int k = 0; k < heads[j].length; k++) {
        String name = "head." + (j + 1) + (k == 0 ? ".drafted" : ".last");
        long width = target.backbone().width();
        heads[j][k] = parameters().constant(name, 0, target.vocabulary(), width);
        Parameters.assign(heads[j][k], target.headWeight());
      }
    }
  }

  @Override
  public int depths() {
    return heads.length;
  }

  @Override
  protected Optional<Transformer> layer() {
    return encoder;
  }

  @Override
  protected Function<Start, Walk> drafts(NDManager scope) {
    Optional<NGramEncoder.Folded> folded = newest.map(n -> n.fold(scope));
    return start -> new Steps(start, folded);
  }

  /** The tokens before y_1 of each draft, [token][row][draft]. */
  private int[][][] earlier(Start start) {
    int[][][] earlier = new int[before()][start.texts().length][(int) start.hBND().size(1)];
    for (int k = 0; k < earlier.length; k++) {
      for (int b = 0; b < earlier[k].length; b++) {
        int[] text = start.texts()[b];
        int oldest = start.at()[b] + 1 - before() + k;
        Arrays.setAll(earlier[k][b], i -> text[Math.max(0, oldest + i)]);
      }
    }
    return earlier;
  }

  /** Who sees whom among drafted tokens: each one its ancestors and itself. */
  private static boolean[][] sees(int[] parents) {
    boolean[][] sees = new boolean[parents.length][parents.length];
    for (int i = 0; i < parents.length; i++) {
      for (int node = i; node >= 0; node = parents[node]) {
        sees[i][node] = true;
      }
    }
    return sees;
  }

  /** One draft after each s of the start. */
  private final class Steps implements Walk {
    private final Start start;
    private final Optional<NGramEncoder.Folded> folded;
    private final NDList drafted = new NDList();
    private int[][][] earlier;

    /** Of all nodes so far: the parent's number, -1 at depth 1, and how many stand before it. */
    private int[] above = {};

    private int[] depths = {};
    private Optional<NDArray> states = Optional.empty();

    Steps(Start start, Optional<NGramEncoder.Folded> folded) {
      this.start = start;
      this.folded = folded;
      earlier = earlier(start);
    }

    @Override
    public NDArray next(int[][] tokens, int[] parents) {
      NDArray h = start.hBND();
      NDManager scope = h.getManager();
      NDArray[] head = heads[drafted.size()];
      int[][][] ngrams = new int[earlier.length + 1][][];
      Arrays.setAll(ngrams, k -> k == before() ? tokens : DraftHeads.pick(earlier[k], parents));
      earlier = Arrays.copyOfRange(ngrams, 1, ngrams.length);
      NDArray g =
          folded
              .map(f -> f.encode(scope, ngrams))
              .orElseGet(() -> Ops.embedding(DraftHeads.ids(scope, tokens), target().embedding()));
      add(tokens[0].length, parents);
      NDArray f = start.cache().map(cache -> attended(g, cache)).orElse(g);
      states = Optional.of(f);
      // what stands for a state is given to deeper tokens, not trained through them
      drafted.add(Tensors.recording() ? f.stopGradient() : f);
      NDArray logits = Ops.linear(f, head[0]);
      return head.length == 1 ? logits : logits.add(Ops.linear(h, head[1]));
    }

    private void add(int fresh, int[] parents) {
      int n = above.length;
      int level = drafted.isEmpty() ? 0 : n - (int) drafted.getLast().size(1);
      above = Arrays.copyOf(above, n + fresh);
      depths = Arrays.copyOf(depths, n + fresh);
      for (int i = 0; i < fresh; i++) {
        above[n + i] = n == 0 ? -1 : level + (parents.length == 0 ? i : parents[i]);
        depths[n + i] = drafted.size();
      }
    }

    /** The newest tokens' f: the earlier ones' go before them, again at each depth. */
    private NDArray attended(NDArray g, State cache) {
      int n = above.length;
      int fresh = (int) g.size(1);
      int[] lengths = cache.lengths();
      boolean[][][] sees = new boolean[start.known() ? 1 : lengths.length][][];
      Arrays.fill(sees, sees(above));
      int[][] places = new int[sees.length][n];
      boolean[][][] committed = new boolean[start.known() ? 1 : 0][n][lengths[0]];
      for (int b = 0; b < places.length; b++) {
        for (int i = 0; i < n; i++) {
          int read = start.known() ? start.at()[b] + i % fresh + 1 : lengths[b];
          places[b][i] = read + depths[i];
          if (start.known()) {
            Arrays.fill(committed[b][i], 0, read, true);
          }
        }
      }
      NDArray inputs = NDArrays.concat(new NDList(drafted).addAll(new NDList(g)), 1);
      Step step =
          Step.of(new Step.Input.Vectors(inputs))
              .mask(new Mask.Visible(sees, committed))
              .at(places)
              .peek();
      NDArray out = encoder.orElseThrow().forward(step, cache).lastBND();
      return Tensors.narrow(start.hBND().getManager(), out, 1, n - fresh, n);
    }

    @Override
    public Optional<NDArray> states() {
      return states;
    }
  }
}

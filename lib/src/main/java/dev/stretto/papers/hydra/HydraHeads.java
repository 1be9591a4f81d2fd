package dev.stretto.papers.hydra;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Optional;
import java.util.Set;

/**
 * Draft heads of residual blocks. Independent ones see the target's state alone (Medusa, Cai et al.
 * 2024, section 2.1.1); sequentially dependent ones also the tokens drafted so far (Hydra, Ankner
 * et al. 2024, section 3.1); with deeper blocks and an attention layer over all accepted states
 * they are Hydra++ (section 4). At the start every head gives the target's own logits at h_s.
 */
public final class HydraHeads implements DraftHeads {
  /**
   * The shape of the heads.
   *
   * @param heads how many, 1 or more
   * @param blocks residual blocks of each, 1 or more
   * @param sequential whether they see the drafted tokens
   * @param prefixAttention whether a layer over all accepted states comes first
   */
  public record Config(int heads, int blocks, boolean sequential, boolean prefixAttention) {
    /** Checks the numbers. */
    public Config {
      if (heads < 1 || blocks < 1) {
        throw new IllegalArgumentException(
            "%d heads of %d blocks, expected 1 or more of each".formatted(heads, blocks));
      }
    }

    /**
     * Independent heads of one block.
     *
     * @param heads how many
     * @return Medusa's
     */
    public static Config medusa(int heads) {
      return new Config(heads, 1, false, false);
    }

    /**
     * Sequentially dependent heads of one block.
     *
     * @param heads how many
     * @return Hydra's
     */
    public static Config hydra(int heads) {
      return new Config(heads, 1, true, false);
    }

    /**
     * Sequentially dependent heads of four blocks after a prefix layer.
     *
     * @param heads how many
     * @return Hydra++'s
     */
    public static Config hydraPlus(int heads) {
      return new Config(heads, 4, true, true);
    }
  }

  private static final int SLACK = 8;

  private final CausalLm target;
  private final Parameters parameters;
  private final Optional<Transformer> prefix;
  private final Head[] heads;

  private record Head(NDArray state, Optional<NDArray> tokens, NDArray[] blocks, NDArray out) {}

  /**
   * Untrained heads.
   *
   * @param target whose states they read
   * @param config their shape
   * @param seed of the weights that are not zero
   */
  public HydraHeads(CausalLm target, Config config, long seed) {
    this.target = target;
    parameters = new Parameters(SeedTree.of(seed));
    int width = target.backbone().width();
    prefix = config.prefixAttention() ? Optional.of(layer()) : Optional.empty();
    heads = new Head[config.heads()];
    for (int i = 0; i < heads.length; i++) {
      Parameters own = parameters.under("head." + (i + 1));
      NDArray first = own.constant("first.state", 0, width, width);
      Optional<NDArray> tokens =
          config.sequential()
              ? Optional.of(own.constant("first.tokens", 0, width, (i + 1L) * width))
              : Optional.empty();
      NDArray[] blocks = new NDArray[config.blocks() - 1];
      for (int k = 0; k < blocks.length; k++) {
        blocks[k] = own.constant("block." + (k + 2), 0, width, width);
      }
      NDArray out = own.constant("out", 0, target.vocabulary(), width);
      Parameters.assign(out, target.headWeight());
      heads[i] = new Head(first, tokens, blocks, out);
    }
  }

  /** The prefix layer; its branches end in zeros, so that it hands on its input at the start. */
  private Transformer layer() {
    Parameters own = parameters.under("prefix");
    Transformer layer = AcceptedStates.layer(target, SLACK, own);
    own.get("layers.0.attention.out.weight").muli(0);
    own.get("layers.0.feed.down.weight").muli(0);
    return layer;
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
  public Walk teach(NDArray statesBND, int[][] tokens, int from, int to) {
    NDArray h = Tensors.narrow(statesBND.getManager(), statesBND, 1, 0, to);
    if (prefix.isPresent()) {
      h = prefix.get().forward(seen(h)).tapsBND().get(1);
    }
    return new Steps(Tensors.narrow(statesBND.getManager(), h, 1, from, to));
  }

  /** A pass of the prefix layer, read before its final norm. */
  private static Step seen(NDArray statesBND) {
    return Step.of(new Step.Input.Vectors(statesBND)).taps(Set.of(1));
  }

  @Override
  public Context open(int rows) {
    Optional<State> cache = AcceptedStates.cache(prefix, rows);
    return new AcceptedStates(
        parameters.manager().newSubManager(),
        cache,
        (states, counts) ->
            cache
                .map(c -> prefix.orElseThrow().forward(seen(states).counts(counts), c))
                .map(hidden -> hidden.tapsBND().get(1))
                .orElse(states),
        (h, texts) -> new Steps(h));
  }

  /** Section 3.1: z = [h_s; e(y_1); ..; e(y_i)], V (SiLU(W z) + h_s); further blocks before V. */
  private static NDArray logits(Head head, NDArray hBND, NDArray tokensBND) {
    NDArray wz = Ops.linear(hBND, head.state());
    if (head.tokens().isPresent()) { // W z is the sum of W's part for h_s and that for the tokens
      wz = Ops.linear(tokensBND, head.tokens().get()).add(wz);
    }
    NDArray x = hBND.add(Ops.silu(wz));
    for (NDArray block : head.blocks()) {
      x = x.add(Ops.silu(Ops.linear(x, block)));
    }
    return Ops.linear(x, head.out());
  }

  /** The heads one after the other, after states (rows, 1 or nodes, width). */
  private final class Steps implements Walk {
    private final NDArray hBND;
    private NDArray path;
    private int depth;

    Steps(NDArray hBND) {
      this.hBND = hBND;
    }

    @Override
    public NDArray next(int[][] tokens, int[] parents) {
      Head head = heads[depth++];
      if (head.tokens().isEmpty()) {
        return logits(head, hBND, hBND);
      }
      NDArray e = Ops.embedding(DraftHeads.ids(hBND.getManager(), tokens), target.embedding());
      path = depth == 1 ? e : NDArrays.concat(new NDList(DraftHeads.pick(path, parents), e), 2);
      return logits(head, hBND, path);
    }
  }
}

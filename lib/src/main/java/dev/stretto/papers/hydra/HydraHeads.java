package dev.stretto.papers.hydra;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Hidden;
import dev.stretto.models.Parameters;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * Draft heads of residual blocks. Independent ones see the target's state alone (Medusa, Cai et al.
 * 2024, section 2.1.1); sequentially dependent ones also the tokens drafted so far (Hydra, Ankner
 * et al. 2024, section 3.1); with deeper blocks and an attention layer over all accepted states
 * they are Hydra++ (section 4). At the start every head gives the target's own logits at h_s.
 */
public final class HydraHeads extends DraftHeads {
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
  }

  private static final int SLACK = 8;

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
    super(target, 0, seed);
    prefix = config.prefixAttention() ? Optional.of(prefix()) : Optional.empty();
    heads = new Head[config.heads()];
    Arrays.setAll(heads, i -> head(config, i));
  }

  /** The prefix layer; its branches end in zeros, so that it hands on its input at the start. */
  private Transformer prefix() {
    Parameters own = parameters().under("prefix");
    Transformer layer = layer(SLACK, own);
    own.get("layers.0.attention.out.weight").muli(0);
    own.get("layers.0.feed.down.weight").muli(0);
    return layer;
  }

  private Head head(Config config, int i) {
    int width = target().backbone().width();
    Parameters own = parameters().under("head." + (i + 1));
    NDArray first = own.constant("first.state", 0, width, width);
    Optional<NDArray> tokens =
        config.sequential()
            ? Optional.of(own.constant("first.tokens", 0, width, (i + 1L) * width))
            : Optional.empty();
    NDArray[] blocks = new NDArray[config.blocks() - 1];
    Arrays.setAll(blocks, k -> own.constant("block." + (k + 2), 0, width, width));
    NDArray out = own.constant("out", 0, target().vocabulary(), width);
    Parameters.assign(out, target().headWeight());
    return new Head(first, tokens, blocks, out);
  }

  @Override
  public int depths() {
    return heads.length;
  }

  @Override
  protected Optional<Transformer> layer() {
    return prefix;
  }

  /** The prefix layer's output before its final norm. */
  @Override
  protected NDArray base(NDArray statesBND, Hidden read) {
    return read.tapsBND().get(1);
  }

  @Override
  protected Function<Start, Walk> drafts(NDManager scope) {
    return start -> new Steps(start.hBND());
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
      NDArray e = Ops.embedding(DraftHeads.ids(hBND.getManager(), tokens), target().embedding());
      path = depth == 1 ? e : NDArrays.concat(new NDList(DraftHeads.pick(path, parents), e), 2);
      return logits(head, hBND, path);
    }
  }
}
